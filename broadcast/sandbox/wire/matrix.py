"""A Matrix home server's Client-Server API: messages of one account in any room."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import unquote

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json

_ROUTE = re.compile(
    r"_matrix/client/v3/rooms/(?P<room>[^/]+)/(?P<what>send|state|event|redact)/(?P<event>.+)"
)
_LARGEST = 65_536
_ERRORS = {401: "M_UNKNOWN_TOKEN", 403: "M_FORBIDDEN", 404: "M_NOT_FOUND", 413: "M_TOO_LARGE"}


class Matrix:
    """The account is in every room except those whose name ends in `gone`; `secret` ones are encrypted."""

    name: ClassVar[str] = "matrix"
    accounts: ClassVar[Mapping[str, Account]] = {
        "matrix": Account("matrix", {"access_token": "sandbox"}, {"room": "!sandbox:sandbox"})
    }

    def __init__(self) -> None:
        self._events: dict[tuple[str, str], str] = {}
        self._redacted: dict[str, bool] = {}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token in {"", "wrong", "revoked"}:
            return _error(401, None if token else "M_MISSING_TOKEN")
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return _error(404, "M_UNRECOGNIZED")
        room, (event, _, transaction) = unquote(route["room"]), route["event"].partition("/")
        if room.partition(":")[0].endswith("gone"):
            return _error(403)
        if route["what"] in {"event", "redact"}:
            return self._answer_event(room, unquote(event), request)
        if (request.method, route["what"], event) == ("PUT", "send", "m.room.message"):
            return self._send(room, unquote(transaction), request)
        encrypted = event == "m.room.encryption" and room.partition(":")[0].endswith("secret")
        return answer_json(200, {"algorithm": "m.megolm.v1.aes-sha2"}) if encrypted else _error(404)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return the home server's error document; that of a 429 has the time to wait."""
        if refusal.status != 429:
            return _error(refusal.status)
        wait = int((refusal.retry_after or 0) * 1000)
        return answer_json(429, {"errcode": "M_LIMIT_EXCEEDED", "error": "Slow down", "retry_after_ms": wait})

    def keep(self, received: Received) -> None:
        """Add one message, or redact one."""
        self._events.setdefault((received.to, received.key or ""), received.ref)
        self._redacted[received.ref] = received.deletes

    def forget(self) -> None:
        """Delete the state."""
        self._events.clear()
        self._redacted.clear()

    def _answer_event(self, room: str, event: str, request: WireRequest) -> WireAnswer:
        """Show one message, or redact it."""
        if event not in self._redacted:
            return _error(404)
        if request.method == "GET":
            unsigned = {"redacted_because": {"type": "m.room.redaction"}} if self._redacted[event] else {}
            shown = {"event_id": event, "type": "m.room.message", "content": {}, "unsigned": unsigned}
            return answer_json(200, shown)
        gone = Received(
            provider=self.name, at=request.at, to=room, sender="@sandbox:sandbox", subject=None, text="",
            html=None, key=f"redact-{event}", ref=event, thread=None,
            extra={"deleted": True, "unseen": True},
        )  # fmt: skip
        self.keep(gone)
        return answer_json(200, {"event_id": f"${secrets.token_urlsafe(32)}"}, (gone,))

    def _send(self, room: str, transaction: str, request: WireRequest) -> WireAnswer:
        content = request.json()
        if not isinstance(content, dict):
            return _error(400, "M_NOT_JSON")
        if len(request.body) > _LARGEST:
            return _error(413)
        if known := self._events.get((room, transaction)):
            return answer_json(200, {"event_id": known})
        relation = content.get("m.relates_to")
        reply = relation.get("m.in_reply_to") if isinstance(relation, dict) else None
        thread = reply.get("event_id") if isinstance(reply, dict) else None
        received = Received(
            provider=self.name, at=request.at, to=room, sender="@sandbox:sandbox", subject=None,
            text=str(content.get("body", "")), html=content.get("formatted_body"), key=transaction,
            ref=f"${secrets.token_urlsafe(32)}", thread=thread,
            extra={"content": content},
        )  # fmt: skip
        self.keep(received)
        return answer_json(200, {"event_id": received.ref}, (received,))


def _error(status: int, code: str | None = None) -> WireAnswer:
    return answer_json(status, {"errcode": code or _ERRORS.get(status, "M_UNKNOWN"), "error": "Refused"})
