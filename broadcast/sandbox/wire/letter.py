"""A mail as it came over SMTP, opened and read."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


def open_letter(content: bytes) -> dict[str, Any]:
    """Subject, texts, key, thread and headers of a raw message, as `Received` names them."""
    letter = message_from_bytes(content, policy=policy.default)
    headers = {name.lower(): str(value) for name, value in letter.items()}
    thread = headers.get("in-reply-to") or next(iter(headers.get("references", "").split()), None)
    return {
        "subject": headers.get("subject"),
        "text": _body(letter, "plain") or "",
        "html": _body(letter, "html"),
        "key": headers.get("message-id", "").strip("<> ").partition("@")[0] or None,
        "thread": thread,
        "headers": {name: str(value) for name, value in letter.items()},
    }


def _body(letter: EmailMessage, kind: str) -> str | None:
    part = letter.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except LookupError:  # a charset that Python does not know
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
