"""Zendesk's tickets and their comments, Support API version 2."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import (
    Account,
    Refusal,
    WireAnswer,
    WireRequest,
    answer_json,
    retry_header,
    whole,
)
from broadcast.sandbox.wire.zendesk_rules import comment_text, ticket_problem

_ROUTE = re.compile(
    r"api/v2/(?:(?P<me>users/me)|tickets(?:/(?P<id>\d{1,18})(?P<comments>/comments)?)?)(?:\.json)?"
)
_LOGIN = re.compile(r"[^/:]+(/token)?:.+")
_ERRORS = {
    401: "Couldn't authenticate you",
    404: "RecordNotFound",
    405: "MethodNotAllowed",
    429: "APIRateLimitExceeded",
}
_MISMATCH = "IdempotentRequestError"
_ME = 1
_ACCOUNT = Account("zendesk", {"subdomain": "sandbox", "email": "sandbox@example.org", "token": "sandbox"})


@dataclass(slots=True)
class _Ticket:
    first: Received
    latest: Received
    comments: list[Received] = field(default_factory=list)


class Zendesk:
    """One account with one agent; tickets, comments, and the keys that new tickets came with."""

    name: ClassVar[str] = "zendesk"
    accounts: ClassVar[Mapping[str, Account]] = {"zendesk": _ACCOUNT}

    def __init__(self) -> None:
        self._tickets: dict[str, _Ticket] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._number = 0

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        if not _is_agent(request.headers.get("Authorization", "")):
            return _error(401)
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return _error(404)
        if route["me"]:
            return answer_json(200, {"user": {"id": _ME, "name": "Sandbox", "role": "admin"}})
        if route["id"] is None:
            return self._create(request) if request.method == "POST" else self._listed(request)
        ticket = self._tickets.get(route["id"])
        return self._one(ticket, request, comments=bool(route["comments"])) if ticket else _error(404)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Zendesk's error document."""
        text = _ERRORS.get(refusal.status, "InternalServerError")
        return answer_json(refusal.status, {"error": text}, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one comment or change; one that deletes takes the ticket away."""
        number, extra = received.thread or "", received.extra
        self._number = max([self._number, *(int(n) for n in (number, received.ref) if n.isdecimal())])
        if extra.get("deleted"):
            self._tickets.pop(number, None)
            return
        ticket = self._tickets.setdefault(number, _Ticket(received, received))
        ticket.latest = received
        if received.text:
            ticket.comments.append(received)
        if extra.get("idempotency_key"):
            self._keys[extra["idempotency_key"]] = (number, extra["digest"])

    def forget(self) -> None:
        """Delete the state."""
        self._tickets.clear()
        self._keys.clear()

    def _create(self, request: WireRequest) -> WireAnswer:
        key, digest = request.headers.get("Idempotency-Key", ""), sha256(request.body).hexdigest()
        if key in self._keys:
            number, before = self._keys[key]
            if digest != before:
                return _error(400, "Request parameters don't match the given idempotency key", _MISMATCH)
            shown = {"ticket": self._shown(self._tickets[number])}
            return answer_json(201, shown, headers={"x-idempotency-lookup": "hit"})
        asked = _table(_table(request.json()).get("ticket"))
        problem = ticket_problem(asked, new=True)
        if problem:
            return _invalid(*problem)
        source = str(asked.get("via_followup_source_id", ""))
        followed = self._tickets.get(source)
        if source and (followed is None or followed.latest.extra["status"] != "closed"):
            return _invalid("base", "Via followup source: is not a closed ticket")
        received = self._received(str(self._next()), {}, asked, request.at)
        extra = {**received.extra, "idempotency_key": key, "digest": digest, "follows": source}
        found = {"x-idempotency-lookup": "miss"} if key else {}
        return self._written(replace(received, extra=extra), 201, found)

    def _one(self, ticket: _Ticket, request: WireRequest, *, comments: bool) -> WireAnswer:
        if request.method == "GET":
            shown = _comments(ticket, request) if comments else {"ticket": self._shown(ticket)}
            return answer_json(200, shown)
        if request.method == "DELETE" and not comments:
            return self._delete(ticket, request)
        return self._update(ticket, request) if request.method == "PUT" and not comments else _error(405)

    def _delete(self, ticket: _Ticket, request: WireRequest) -> WireAnswer:
        gone = self._received(ticket.first.thread or "", ticket.latest.extra, {}, request.at)
        gone = replace(gone, extra={**gone.extra, "deleted": True})
        self.keep(gone)
        return WireAnswer(status=204, received=(gone,))

    def _update(self, ticket: _Ticket, request: WireRequest) -> WireAnswer:
        extra, number = ticket.latest.extra, ticket.first.thread or ""
        asked = _table(_table(request.json()).get("ticket"))
        if extra["status"] == "closed":
            return _invalid("status", "Status: closed prevents ticket update")
        problem = ticket_problem(asked, new=False)
        if problem:
            return _invalid(*problem)
        return self._written(self._received(number, extra, asked, request.at), 200, {})

    def _received(
        self, number: str, before: Mapping[str, Any], asked: Mapping[str, Any], at: datetime
    ) -> Received:
        comment = _table(asked.get("comment"))
        custom = _table(asked.get("metadata"))
        kept = ("subject", "status", "type", "priority", "tags", "external_id")
        state = {"status": "new", "tags": [], **before, **{n: asked[n] for n in kept if n in asked}}
        return Received(
            provider=self.name, at=at, to="Zendesk", sender="", subject=state.get("subject", ""),
            text=comment_text(comment), html=None, key=_key(custom), ref=str(self._next()), thread=number,
            extra={
                **{n: state.get(n) for n in kept},
                **({} if comment else {"unseen": True}),
                "public": comment.get("public", True), "custom": custom,
            },
        )  # fmt: skip

    def _written(self, received: Received, status: int, headers: Mapping[str, str]) -> WireAnswer:
        self.keep(received)
        shown: dict[str, Any] = {"ticket": self._shown(self._tickets[received.thread or ""])}
        events = (
            [{"id": int(received.ref), "type": "Comment", "body": received.text}] if received.text else []
        )
        shown["audit"] = {"id": self._next(), "ticket_id": int(received.thread or 0), "events": events}
        return answer_json(status, shown, (received,), headers)

    def _listed(self, request: WireRequest) -> WireAnswer:
        wanted = request.parameters().get("external_id")
        found = [t for t in self._tickets.values() if wanted in {None, t.latest.extra["external_id"]}]
        return answer_json(200, {"tickets": [self._shown(t) for t in found], "count": len(found)})

    def _shown(self, ticket: _Ticket) -> dict[str, Any]:
        first, extra = ticket.first, ticket.latest.extra
        named = {name: extra[name] for name in ("subject", "type", "priority", "external_id") if extra[name]}
        return {
            "id": int(first.thread or 0), "description": first.text, "status": extra["status"],
            "tags": extra["tags"], "created_at": _time(first.at), "updated_at": _time(ticket.latest.at),
            "requester_id": _ME, "submitter_id": _ME, **named,
        }  # fmt: skip

    def _next(self) -> int:
        self._number += 1
        return self._number


def _comments(ticket: _Ticket, request: WireRequest) -> dict[str, Any]:
    asked = request.parameters()
    ordered = reversed(ticket.comments) if asked.get("sort_order") == "desc" else ticket.comments
    shown = [_comment(one) for one in ordered]
    return {"comments": shown[: whole(asked, "per_page", 100, 100)], "count": len(shown)}


def _comment(one: Received) -> dict[str, Any]:
    return {
        "id": int(one.ref), "type": "Comment", "author_id": _ME, "body": one.text, "plain_body": one.text,
        "public": one.extra["public"], "created_at": _time(one.at),
        "metadata": {"system": {}, "custom": one.extra["custom"]},
    }  # fmt: skip


def _key(custom: Mapping[str, Any]) -> str | None:
    return next((text for text in custom.values() if isinstance(text, str)), None)


def _is_agent(authorization: str) -> bool:
    scheme, _, login = authorization.partition(" ")
    try:
        decoded = base64.b64decode(login, validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    known = scheme.lower() == "basic" and _LOGIN.fullmatch(decoded) is not None
    return known and not decoded.endswith(":wrong")


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, description: str = "", error: str = "") -> WireAnswer:
    details = {"description": description} if description else {}
    return answer_json(status, {"error": error or _ERRORS[status], **details})


def _invalid(name: str, description: str) -> WireAnswer:
    details = {name: [{"description": description}]}
    document = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    return WireAnswer(status=422, body=json.dumps(document).encode())
