"""A receiver of our own webhooks, written as docs/how-to/rooms-and-webhooks.md tells people to write one."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json, retry_header

_SIGNATURE = re.compile(r"v1=[0-9a-f]{64}")
_SECRET = b"sandbox"
_PATIENCE = 300  # seconds; an older request is refused
_REQUIRED = ("key", "incident", "sequence", "kind", "phase", "severity", "drill", "title", "text", "as_of")
_ACCOUNT = Account(
    "webhook",
    {
        "webhook_url": "https://sandbox.invalid/sandbox",
        "secret": "sandbox",
        "allow_private": ["127.0.0.1"],
    },
)


class Webhook:
    """Any path is a receiver; below `sandbox` the signature must be made with the secret `sandbox`."""

    name: ClassVar[str] = "webhook"
    accounts: ClassVar[Mapping[str, Account]] = {"webhook": _ACCOUNT}

    def __init__(self) -> None:
        self._taken: dict[str, Received] = {}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Take a notice, once for each key."""
        if request.method != "POST":
            return _error(405, "post a notice here")
        if problem := _distrust(request):
            return _error(401, problem)
        document = request.json()
        if not isinstance(document, dict) or document.get("schema") != "broadcast.webhook/1":
            return _error(422, "the schema is not broadcast.webhook/1")
        if missing := [name for name in _REQUIRED if document.get(name) is None]:
            return _error(422, f"{missing[0]} is missing")
        key = request.headers.get("Idempotency-Key", "")
        if key != document["key"]:
            return _error(422, "the key in the header is another one")
        return self._take(key, document, request)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return an answer that a user's receiver might give."""
        answer = _error(refusal.status, "refused on purpose")
        return WireAnswer(status=answer.status, body=answer.body, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one notice."""
        if received.key:
            self._taken[received.key] = received

    def forget(self) -> None:
        """Delete the state."""
        self._taken.clear()

    def _take(self, key: str, document: dict[str, Any], request: WireRequest) -> WireAnswer:
        before = self._taken.get(key)
        if before is not None and before.text != document["text"]:
            return _error(422, "the key was used for another text")
        if before is not None:
            return answer_json(200, {"id": before.ref})
        received = Received(
            provider="webhook", at=request.at, to=request.path or "webhook", sender="broadcast",
            subject=document["title"], text=document["text"], html=None, key=key,
            ref=f"n{secrets.token_hex(6)}", thread=document.get("in_reply_to"), extra={"document": document},
        )  # fmt: skip
        self.keep(received)
        return answer_json(201, {"id": received.ref}, (received,))


def _distrust(request: WireRequest) -> str | None:
    timestamp = request.headers.get("Broadcast-Timestamp", "")
    signature = request.headers.get("Broadcast-Signature", "")
    if not timestamp.isdigit() or abs(int(timestamp) - request.at.timestamp()) > _PATIENCE:
        return "the timestamp is missing or old"
    if not _SIGNATURE.fullmatch(signature):
        return "the signature is missing"
    made = hmac.new(_SECRET, f"{timestamp}.".encode() + request.body, hashlib.sha256).hexdigest()
    if request.path == "sandbox" and not hmac.compare_digest(signature, f"v1={made}"):
        return "the signature is wrong"
    return None


def _error(status: int, message: str) -> WireAnswer:
    return answer_json(status, {"error": message})
