"""An SMS vendor without a name, with the interface that most vendors have."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json, retry_header
from broadcast.sandbox.wire.sms_parts import sms_parts

_PHONE = re.compile(r"\+?(?P<number>[1-9][0-9]{6,14})")
_LISTED = 100
_ERRORS = {
    401: ("unauthorised", "the key is wrong"),
    404: ("not_found", "there is nothing here"),
    429: ("too_many", "too many requests"),
}
_OPTIONS: Mapping[str, object] = {
    "api_key": "sandbox",
    "headers": {"Authorization": "Bearer {api_key}"},
    "send": {
        "path": "/messages",
        "json": {
            "to": "{to}",
            "from": "{from}",
            "text": "{text}",
            "reference": "{key}",
            "validity": "{valid_seconds}",
        },
        "id": "messages.0.id",
        "code": "error.code",
        "recipient": ["invalid_number", "opted_out"],
        "message": ["no_text"],
    },
    "find": {"path": "/messages?to={to}", "items": "messages", "key": "reference", "id": "id"},
    "probe": "/balance",
    "status": {
        "path": "/messages/{id}",
        "status": "status",
        "delivered": ["delivered"],
        "failed": ["failed"],
    },
}
#: What is described only if the real vendor has it.
_OPTIONAL = frozenset({"find", "status"})


class GatewayAccount(Account):
    """The sandbox's own vendor, which replaces the described one."""

    def fill(self, given: Mapping[str, object], place: str) -> dict[str, object]:
        """Return the requests for the sandbox's vendor; with what is optional only if the real one has it."""
        own = {key: value for key, value in given.items() if key in {"from", "plus", "validity"}}
        filled = super().fill({"from": "Sandbox", **own}, place)
        return {key: value for key, value in filled.items() if key not in _OPTIONAL or key in given}


class Gateway:
    """Accepts a text as JSON or as a form, lists the texts to a number, and reports its balance."""

    name: ClassVar[str] = "gateway"
    accounts: ClassVar[Mapping[str, Account]] = {"sms-gateway": GatewayAccount("gateway", _OPTIONS)}
    refuses_suppressed: ClassVar[bool] = True

    def __init__(self, suppressed: AbstractSet[str]) -> None:
        self._suppressed = suppressed
        self._kept: list[Received] = []

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme not in {"Bearer", "Basic"} or credentials.strip() in {"", "wrong"}:
            return _error(401, *_ERRORS[401])
        match (request.method, request.path):
            case ("POST", "messages"):
                return self._take(request)
            case ("GET", "messages"):
                return self._list(request.parameters())
            case ("GET", path) if path.startswith("messages/"):
                return self._state(path.removeprefix("messages/"))
            case ("GET", "balance"):
                return answer_json(200, {"balance": 100.0})
            case _:
                return _error(404, *_ERRORS[404])

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return the vendor's error document."""
        code, text = _ERRORS.get(refusal.status, ("trouble", "something went wrong"))
        document = {"error": {"code": code, "message": text}}
        return answer_json(refusal.status, document, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one text."""
        self._kept.append(received)

    def forget(self) -> None:
        """Delete the state."""
        self._kept.clear()

    def _take(self, request: WireRequest) -> WireAnswer:
        asked = request.json()
        fields = asked if isinstance(asked, dict) else request.form()
        phone, text = _PHONE.fullmatch(str(fields.get("to", ""))), fields.get("text")
        if phone is None:
            return _error(422, "invalid_number", "that is no number")
        if not isinstance(text, str) or not text:
            return _error(422, "no_text", "there is no text")
        to = f"+{phone['number']}"
        if to.endswith("0004") or to in self._suppressed:
            return _error(422, "opted_out", "this person wants no messages")
        received = Received(
            provider=self.name, at=request.at, to=to, sender=str(fields.get("from", "")), subject=None,
            text=text, html=None, key=fields.get("reference"), ref=f"G{secrets.token_hex(12)}", thread=None,
            extra={"parts": sms_parts(text), "validity": fields.get("validity")},
        )  # fmt: skip
        self.keep(received)
        return answer_json(202, {"messages": [_shown(received)]}, (received,))

    def _list(self, wanted: dict[str, str]) -> WireAnswer:
        to = f"+{wanted.get('to', '').removeprefix('+')}"
        found = [_shown(one) for one in reversed(self._kept) if one.to == to]
        return answer_json(200, {"messages": found[:_LISTED]})

    def _state(self, ref: str) -> WireAnswer:
        found = next((one for one in self._kept if one.ref == ref), None)
        if found is None:
            return _error(404, *_ERRORS[404])
        return answer_json(200, {**_shown(found), "status": "delivered"})


def _shown(received: Received) -> dict[str, Any]:
    return {
        "id": received.ref,
        "to": received.to,
        "reference": received.key,
        "status": "queued",
        "created": received.at.isoformat(),
    }


def _error(status: int, code: str, text: str) -> WireAnswer:
    return answer_json(status, {"error": {"code": code, "message": text}})
