"""Twilio's API, version 2010-04-01: messages and calls of any account."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar
from urllib.parse import urlencode

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import (
    Account,
    Callback,
    Refusal,
    WireAnswer,
    WireRequest,
    answer_json,
    retry_header,
    whole,
)
from broadcast.sandbox.wire.twilio_callbacks import TOKEN, receipt
from broadcast.sandbox.wire.twilio_calls import Calls
from broadcast.sandbox.wire.twilio_messages import Messages
from broadcast.sandbox.wire.twilio_numbers import AccountNumbers
from broadcast.sandbox.wire.twilio_recordings import StoredRecordings
from broadcast.sandbox.wire.twilio_rules import Resource, error, error_document

_RESOURCES: Mapping[str, Resource] = {"Messages": Messages(), "Calls": Calls()}
_ROUTE = re.compile(
    r"2010-04-01/Accounts/(?P<account>[^/.]+)"
    r"(?:/(?P<resource>Messages|Calls)(?:/(?P<sid>[^/.]+))?)?\.json"
)
_REFUSALS = {401: (20003, "Authenticate"), 403: (20003, "Forbidden"), 429: (20429, "Too Many Requests")}


class TwilioAccount(Account):
    """The sandbox's account, which signs with its token and knows no shared key."""

    def fill(self, given: Mapping[str, object], place: str) -> dict[str, object]:
        """Return the options without a shared key."""
        return super().fill({key: value for key, value in given.items() if key != "shared_key"}, place)


_ACCOUNT = TwilioAccount("twilio", {"account_sid": "AC" + "5a" * 16, "auth_token": TOKEN})


class Twilio:
    """Creates, lists and fetches messages and calls."""

    name: ClassVar[str] = "twilio"
    accounts: ClassVar[Mapping[str, Account]] = {"twilio-sms": _ACCOUNT, "twilio-voice": _ACCOUNT}
    refuses_suppressed: ClassVar[bool] = True

    def __init__(self, suppressed: AbstractSet[str]) -> None:
        self._suppressed = suppressed
        self._by_sid: dict[str, Received] = {}
        self._by_number: dict[str, list[Received]] = {}
        self._numbers = AccountNumbers()
        self._recordings = StoredRecordings()

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        if not _authenticated(request.headers.get("Authorization", "")):
            return error(401, 20003)
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return self._numbers.answer(request) or self._recordings.answer(request)
        account, sid = route["account"], route["sid"]
        if route["resource"] is None:
            return answer_json(200, _account(account))
        resource = _RESOURCES[route["resource"]]
        if sid is not None:
            return self._fetch(resource, account, sid, request)
        if request.method == "POST":
            return self._create(resource, account, request)
        return self._list(resource, account, request)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Twilio's error document."""
        status = refusal.status
        code, text = _REFUSALS.get(status, (20503 if status == 503 else 20500, "Internal Server Error"))
        return answer_json(status, error_document(status, code, text), headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one message or call."""
        self._by_sid[received.ref] = received
        self._by_number.setdefault(received.to, []).append(received)

    def callback(self, received: Received, hooks: Mapping[str, str]) -> Callback | None:
        """Return the status callback that the message or call asks for."""
        del hooks  # each message names its own address
        return receipt(received) if received.tells else None

    def forget(self) -> None:
        """Delete the state."""
        self._by_sid.clear()
        self._by_number.clear()

    def _create(self, resource: Resource, account: str, request: WireRequest) -> WireAnswer:
        form = request.form()
        code, value = resource.refused(form, self._suppressed)
        if code:
            return error(400, code, value)
        received = resource.taken(form, resource.prefix + secrets.token_hex(16), request.at, account)
        self.keep(received)
        return answer_json(201, resource.shown(received, account, "queued"), (received,))

    def _fetch(self, resource: Resource, account: str, sid: str, request: WireRequest) -> WireAnswer:
        received = self._by_sid.get(sid)
        if received is None or not sid.startswith(resource.prefix):
            return error(404, 20404, "/" + request.path)
        return answer_json(200, resource.shown(received, account, resource.over))

    def _list(self, resource: Resource, account: str, request: WireRequest) -> WireAnswer:
        wanted = request.parameters()
        to, sender = wanted.get("To"), wanted.get("From")
        size, page = whole(wanted, "PageSize", 50, 1000), whole(wanted, "Page", 0, 10**6)
        known = self._by_sid.values() if to is None else self._by_number.get(to, ())
        kept = (one for one in known if one.ref.startswith(resource.prefix))
        found = [one for one in kept if sender is None or one.sender == sender][::-1]
        shown = found[page * size : (page + 1) * size]
        return answer_json(200, {
            resource.plural: [resource.shown(one, account, resource.over) for one in shown],
            **_paging(request, page, size, start=page * size, shown=len(shown), total=len(found)),
        })  # fmt: skip


def _authenticated(header: str) -> bool:
    scheme, _, credentials = header.partition(" ")
    try:
        name, _, token = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        return False
    return scheme.lower() == "basic" and "" not in {name, token} and "wrong" not in {name, token}


def _account(account: str) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{account}.json"
    return {"sid": account, "friendly_name": "Sandbox", "status": "active", "type": "Full", "uri": uri}


def _paging(
    request: WireRequest, page: int, size: int, *, start: int, shown: int, total: int
) -> dict[str, Any]:
    fields = {k: v for k, v in request.parameters().items() if k not in {"Page", "PageSize"}}

    def uri(number: int) -> str:
        return f"/{request.path}?{urlencode({**fields, 'PageSize': size, 'Page': number})}"

    return {
        "page": page, "page_size": size, "start": start, "end": max(start + shown - 1, start),
        "uri": uri(page), "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if start + shown < total else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }  # fmt: skip
