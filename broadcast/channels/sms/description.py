"""A gateway's interface as data: its requests, and where to look in its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from broadcast.channels.described import Values, at, filled, text_at
from broadcast.channels.lookup import unfound
from broadcast.channels.responses import failure, json_value, objects, unreadable
from broadcast.channels.transport import Answer, NoReply, Reply
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown

_MEDIA_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
ACCEPTED, LATER = "accepted", "later"
_REASONS: Mapping[str, tuple[Scope, str]] = {
    "recipient": (Scope.RECIPIENT, "the gateway cannot reach this number"),
    "message": (Scope.MESSAGE, "the gateway refuses this text"),
    "channel": (Scope.CHANNEL, "the gateway refuses this account or sender"),
}
#: The possible meanings of a code.
VERDICTS = (ACCEPTED, *_REASONS, LATER)


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """One request. `path` and `content` hold places; `encoding` is `json`, `form`, or empty for no body."""

    method: str
    path: str
    encoding: str = ""
    content: object = field(default=None, repr=False)

    def body(self, values: Values) -> bytes | None:
        """Return the content with its places filled."""
        content = filled(self.content, values)
        if self.encoding == "json":
            return json.dumps(content).encode()
        return urlencode(content).encode() if isinstance(content, Mapping) else None

    def address(self, values: Values) -> str:
        """Return the path with its places filled."""
        return str(filled(self.path, values, lambda value: quote(value, safe="")))

    def headers(self) -> dict[str, str]:
        """Return the headers that describe the encoding of the body."""
        return {"Content-Type": _MEDIA_TYPES[self.encoding]} if self.encoding else {}


@dataclass(frozen=True, slots=True)
class GatewayReply:
    """Where an answer has the id and, perhaps, a code; and the meaning of each code.

    If there is no code, the HTTP status is used.
    """

    id: str
    code: str
    verdicts: Mapping[str, str]

    def outcome(self, answer: Answer) -> Outcome:
        """Return the meaning of the answer; a code that is not described proves nothing."""
        if isinstance(answer, NoReply):
            return failure(answer)
        document = json_value(answer)
        code = text_at(document, self.code) if self.code else ""
        code = code or str(answer.status)
        verdict = self.verdicts.get(code, "") if answer.status < 500 else ""
        if verdict == LATER:
            return NotSent(f"the gateway asks to come later (code {code})")
        if verdict in _REASONS:
            scope, reason = _REASONS[verdict]
            return Rejected(reason, scope, code)
        if not answer.success:
            return failure(answer, code=code)
        if ACCEPTED in self.verdicts.values() and verdict != ACCEPTED:
            return Unknown(f"the gateway answered with code {code}, which is not described")
        ref = text_at(document, self.id)
        return Accepted(ref) if ref else unreadable(answer, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLookup:
    """How to list the messages to a number, newest first, and to recognise ours by our key."""

    asking: GatewayRequest
    items: str
    key: str
    id: str
    limit: int

    def outcome(self, answer: Answer, key: str) -> Outcome:
        """Return the outcome; `NotSent` only if the list is complete and shows its references."""
        known = isinstance(answer, Reply) and answer.success
        listed = objects(at(json_value(answer), self.items)) if known and isinstance(answer, Reply) else None
        if listed is None:
            return unfound(answer)
        for one in listed:
            if text_at(one, self.key) == key:
                return self._found(text_at(one, self.id))
        if len(listed) >= self.limit:
            return Unknown("look-up failed: too many messages to this number")
        if not all(_has(one, self.key) for one in listed):
            return Unknown(f"look-up failed: what the gateway lists has no {self.key}")
        return NotSent("the gateway has no such message")

    def _found(self, ref: str) -> Outcome:
        if not ref:
            return Unknown("look-up failed: a message without id")
        return Accepted(ref, detail="found at the gateway")


def _has(document: object, path: str) -> bool:
    parent, _, name = path.rpartition(".")
    found = at(document, parent)
    return isinstance(found, Mapping) and name in found


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStatus:
    """How to ask for the state of one message, and what the gateway's words mean; `{id}` is its id there."""

    asking: GatewayRequest
    status: str
    code: str
    states: Mapping[str, ReceiptState]

    def receipt(self, answer: Answer, ref: str) -> Receipt | None:
        """Return the news in an answer; None if there is none, or if it cannot be read."""
        document = json_value(answer) if isinstance(answer, Reply) and answer.success else None
        word = text_at(document, self.status)
        state = self.states.get(word.casefold())
        if state is None:
            return None
        failed = state is ReceiptState.FAILED
        code = (text_at(document, self.code) if self.code else "") or word
        return Receipt(
            ref=ref,
            state=state,
            event=word,
            reason="the gateway could not deliver it" if failed else None,
            code=code if failed else None,
        )
