"""SendGrid's Mail Send, API version 3."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import (
    Account,
    Callback,
    Refusal,
    WireAnswer,
    WireRequest,
    answer_json,
    retry_header,
)
from broadcast.sandbox.wire.sendgrid_callbacks import VERIFICATION_KEY, delivered
from broadcast.sandbox.wire.sendgrid_rules import mail_problem

_LARGEST = 30 * 1024 * 1024
_KEYS = ("broadcast_key", "key", "ref", "broadcast")
_TEXTS = {
    400: "invalid request",
    401: "The provided authorization grant is invalid, expired, or revoked",
    403: "access forbidden",
    404: "not found",
    405: "method not allowed",
    413: "content too large",
    429: "too many requests",
}


class SendGrid:
    """Takes a request for up to 1,000 people, and names the scopes of a key."""

    name: ClassVar[str] = "sendgrid"
    accounts: ClassVar[Mapping[str, Account]] = {
        "sendgrid": Account("sendgrid", {"api_key": "sandbox", "verification_key": VERIFICATION_KEY})
    }
    refuses_suppressed: ClassVar[bool] = True

    def __init__(self, suppressed: AbstractSet[str]) -> None:
        self._suppressed = suppressed

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key.strip() in {"", "wrong"}:
            return _error(401)
        if request.path == "v3/scopes":
            known = {"scopes": ["mail.send", "2fa_required", "sender_verification_eligible"]}
            return answer_json(200, known) if request.method == "GET" else _error(405)
        if request.path != "v3/mail/send":
            return _error(404)
        if request.method != "POST":
            return _error(405)
        return _error(413) if len(request.body) > _LARGEST else self._send(request)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return SendGrid's error document; 429 with its rate-limit headers."""
        text = _TEXTS.get(refusal.status, "internal server error")
        headers = retry_header(refusal)
        if refusal.status == 429:
            headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(refusal.resumes_at)}
        return answer_json(refusal.status, _document((text, None)), headers=headers)

    def keep(self, received: Received) -> None:
        """SendGrid cannot be asked, so there is nothing to remember."""

    def callback(self, received: Received, hooks: Mapping[str, str]) -> Callback | None:
        """Return the event of a mail that arrived, if an event webhook is configured."""
        url = hooks.get("sendgrid")
        return delivered(received, url) if url else None

    def forget(self) -> None:
        """Do nothing: there is no state."""

    def _send(self, request: WireRequest) -> WireAnswer:
        mail = request.json()
        if not isinstance(mail, dict):
            return answer_json(400, _document(("Bad Request", None)))
        problem = mail_problem(mail, request.at)
        if problem is not None:
            return answer_json(400, _document(problem))
        if _is_trial(mail):
            return WireAnswer(status=200)
        message_id = secrets.token_urlsafe(16)
        received = tuple(self._received(mail, request, message_id))
        return WireAnswer(
            status=202,
            body=b"",
            content_type="text/plain; charset=utf-8",
            headers={"X-Message-Id": message_id},
            received=received,
        )

    def _received(self, mail: Mapping[str, Any], request: WireRequest, message_id: str) -> Iterator[Received]:
        contents = {part["type"]: part["value"] for part in mail.get("content", ())}
        for one in mail["personalizations"]:
            headers = {**mail.get("headers", {}), **one.get("headers", {})}
            arguments = {**mail.get("custom_args", {}), **one.get("custom_args", {})}
            names = {name.lower(): value for name, value in headers.items()}
            filled = _Filled(one.get("substitutions", {}))
            everybody = [*one["to"], *one.get("cc", ()), *one.get("bcc", ())]
            for person in everybody:
                if person["email"] in self._suppressed:
                    continue  # SendGrid answers 202 and drops it
                yield Received(
                    provider=self.name, at=request.at, to=person["email"],
                    sender=_written(one.get("from") or mail["from"]),
                    subject=filled(one.get("subject") or mail.get("subject")),
                    text=filled(contents.get("text/plain")) or "", html=filled(contents.get("text/html")),
                    key=next((arguments[name] for name in _KEYS if name in arguments), None),
                    ref=message_id, thread=_thread(names),
                    extra={
                        "name": person.get("name", ""), "headers": headers, "custom_args": arguments,
                        "categories": mail.get("categories", []), "people": len(everybody),
                    },
                )  # fmt: skip


class _Filled:
    """Puts a personalization's `substitutions` into a text."""

    def __init__(self, substitutions: Mapping[str, str]) -> None:
        self._substitutions = substitutions

    def __call__(self, text: str | None) -> str | None:
        for tag, value in self._substitutions.items() if text else ():
            text = text.replace(tag, value) if text else text
        return text


def _thread(headers: Mapping[str, str]) -> str | None:
    return headers.get("in-reply-to") or next(iter(headers.get("references", "").split()), None)


def _is_trial(mail: Mapping[str, Any]) -> bool:
    trial = mail.get("mail_settings", {}).get("sandbox_mode")
    return isinstance(trial, dict) and trial.get("enable") is True


def _written(address: Mapping[str, str]) -> str:
    name, email = address.get("name"), address["email"]
    return f"{name} <{email}>" if name else email


def _error(status: int) -> WireAnswer:
    return answer_json(status, _document((_TEXTS[status], None)))


def _document(problem: tuple[str, str | None]) -> dict[str, Any]:
    return {"errors": [{"message": problem[0], "field": problem[1], "help": None}]}
