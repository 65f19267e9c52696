"""Twilio's Programmable Messaging, API version 2010-04-01."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Set as AbstractSet
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Answer, Refusal, Request, answer_json, retry_header, whole
from broadcast.sandbox.wire.sms_parts import sms_parts

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_ROUTE = re.compile(
    r"2010-04-01/Accounts/(?P<account>[^/.]+)(?P<messages>/Messages(/(?P<sid>[^/.]+))?)?\.json"
)

#: Twilio's magic test numbers, and, as everywhere here, any number that ends in 0004 has opted out.
_MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
_TEXTS = {
    20003: "Authenticate",
    20404: "The requested resource {0} was not found",
    21211: "Invalid 'To' Phone Number: {0}",
    21212: "Invalid 'From' Number: {0}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {0}",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number {0} is not a valid, message-capable Twilio phone number.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number {0} has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' ({0}) and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number: {0}",
    21617: "The concatenated message body exceeds the 1600 character limit",
}
_REFUSALS = {401: (20003, "Authenticate"), 403: (20003, "Forbidden"), 429: (20429, "Too Many Requests")}


class Twilio:
    """Creates, lists and fetches messages."""

    name: ClassVar[str] = "twilio"

    def __init__(self, suppressed: AbstractSet[str]) -> None:
        self._suppressed = suppressed
        self._by_sid: dict[str, Received] = {}
        self._by_number: dict[str, list[Received]] = {}

    def answer(self, request: Request) -> Answer:
        """Do what the request asks."""
        if not _authenticated(request.headers.get("Authorization", "")):
            return _error(401, 20003)
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return _error(404, 20404, "/" + request.path)
        account, sid = route["account"], route["sid"]
        if route["messages"] is None:
            return answer_json(200, _account(account))
        if sid is not None:
            return self._fetch(account, sid, request)
        if request.method == "POST":
            return self._create(account, request)
        return self._list(account, request)

    def refusal(self, refusal: Refusal) -> Answer:
        """Twilio's error document."""
        status = refusal.status
        code, text = _REFUSALS.get(status, (20503 if status == 503 else 20500, "Internal Server Error"))
        return answer_json(status, _document(status, code, text), headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Take in one message."""
        self._by_sid[received.ref] = received
        self._by_number.setdefault(received.to, []).append(received)

    def forget(self) -> None:
        """Start afresh."""
        self._by_sid.clear()
        self._by_number.clear()

    def _create(self, account: str, request: Request) -> Answer:
        form = request.form()
        to, body = form.get("To", ""), form.get("Body", "")
        sender = form.get("From") or form.get("MessagingServiceSid", "")
        code, value = self._refused(to, form.get("From"), sender, body)
        if code:
            return _error(400, code, value)
        extra = {k: v for k, v in form.items() if k not in {"To", "From", "Body"}}
        received = Received(
            provider="twilio", at=request.at, to=to, sender=sender, subject=None, text=body, html=None,
            key=_key(form.get("StatusCallback", "")), ref="SM" + secrets.token_hex(16), thread=None,
            extra={"account": account, "parts": sms_parts(body), **extra},
        )  # fmt: skip
        self.keep(received)
        return answer_json(201, _message(received, account, "queued"), (received,))

    def _refused(self, to: str, number: str | None, sender: str, body: str) -> tuple[int, str]:
        checks = (
            (not to, 21604, ""),
            (not sender, 21603, ""),
            (not body, 21602, ""),
            (to in _MAGIC_TO, _MAGIC_TO.get(to, 0), to),
            (number in _MAGIC_FROM, _MAGIC_FROM.get(number or "", 0), sender),
            (not _PHONE.fullmatch(to), 21211, to),
            (number is not None and not _SENDER.fullmatch(number), 21212, sender),
            (to.endswith("0004") or to in self._suppressed, 21610, to),
            (len(body) > 1600, 21617, ""),
        )
        return next(((code, value) for refused, code, value in checks if refused), (0, ""))

    def _fetch(self, account: str, sid: str, request: Request) -> Answer:
        received = self._by_sid.get(sid)
        if received is None:
            return _error(404, 20404, "/" + request.path)
        return answer_json(200, _message(received, account, "delivered"))

    def _list(self, account: str, request: Request) -> Answer:
        wanted = request.parameters()
        to, sender = wanted.get("To"), wanted.get("From")
        size, page = whole(wanted, "PageSize", 50, 1000), whole(wanted, "Page", 0, 10**6)
        known = self._by_sid.values() if to is None else self._by_number.get(to, ())
        found = [one for one in known if sender is None or one.sender == sender][::-1]
        shown = found[page * size : (page + 1) * size]
        return answer_json(200, {
            "messages": [_message(one, account, "delivered") for one in shown],
            **_paging(request, page, size, start=page * size, shown=len(shown), total=len(found)),
        })  # fmt: skip


def _authenticated(header: str) -> bool:
    scheme, _, credentials = header.partition(" ")
    try:
        name, _, token = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        return False
    return scheme.lower() == "basic" and "" not in {name, token} and "wrong" not in {name, token}


def _key(callback: str) -> str | None:
    return dict(parse_qsl(urlsplit(callback).query)).get("ref")


def _error(status: int, code: int, value: str = "") -> Answer:
    return answer_json(status, _document(status, code, _TEXTS[code].format(value)))


def _document(status: int, code: int, text: str) -> dict[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": text, "more_info": more, "status": status}


def _account(account: str) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{account}.json"
    return {"sid": account, "friendly_name": "Sandbox", "status": "active", "type": "Full", "uri": uri}


def _message(received: Received, account: str, status: str) -> dict[str, Any]:
    at = format_datetime(received.at)
    uri = f"/2010-04-01/Accounts/{account}/Messages/{received.ref}"
    service = received.sender if received.sender.startswith("MG") else None
    return {
        "sid": received.ref, "account_sid": account, "api_version": "2010-04-01", "direction": "outbound-api",
        "to": received.to, "from": None if service else received.sender, "messaging_service_sid": service,
        "body": received.text, "num_segments": str(received.extra.get("parts", 1)), "num_media": "0",
        "status": status, "error_code": None, "error_message": None, "price": None, "price_unit": "USD",
        "date_created": at, "date_updated": at, "date_sent": at if status == "delivered" else None,
        "uri": uri + ".json", "subresource_uris": {"media": uri + "/Media.json"},
    }  # fmt: skip


def _paging(request: Request, page: int, size: int, *, start: int, shown: int, total: int) -> dict[str, Any]:
    fields = {k: v for k, v in request.parameters().items() if k not in {"Page", "PageSize"}}

    def uri(number: int) -> str:
        return f"/{request.path}?{urlencode({**fields, 'PageSize': size, 'Page': number})}"

    return {
        "page": page, "page_size": size, "start": start, "end": max(start + shown - 1, start),
        "uri": uri(page), "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if start + shown < total else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }  # fmt: skip
