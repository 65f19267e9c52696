"""Read a mail that was received over SMTP."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

_HEAD = re.compile(r"<(head|style)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</h\d>|</li>|</tr>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


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


def seen_in(html: str) -> str:
    """Return the text in a piece of HTML, as a program without HTML shows it."""
    shown = _BREAK.sub("\n", _HEAD.sub("", html))
    return unescape(_TAG.sub("", shown))


def _body(letter: EmailMessage, kind: str) -> str | None:
    part = letter.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except LookupError:  # a charset that Python does not know
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
