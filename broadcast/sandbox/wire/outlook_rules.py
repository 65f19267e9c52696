"""The drafts that Microsoft Graph refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_HEADERS = 5


def message_problem(document: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return Graph's code and text for a mistake; None if there is none."""
    body, headers = document.get("body", {}), document.get("internetMessageHeaders", [])
    properties = document.get("singleValueExtendedProperties", [])
    fields = (document.get("subject", ""), document.get("internetMessageId", ""))
    wrong = "Cannot convert the literal to the expected type."
    checks = (
        (not all(isinstance(one, str) for one in fields), "BadRequest", wrong),
        (not _is_body(body), "BadRequest", wrong),
        (not all(_is_table(one) for one in _lists(document, "toRecipients", "replyTo")), "BadRequest", wrong),
        (not _are_pairs(headers, "name"), "BadRequest", wrong),
        (not _are_pairs(properties, "id"), "BadRequest", wrong),
    )
    found = next(((code, words) for bad, code, words in checks if bad), None)
    return found or _header_problem(headers)


def recipients(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return everybody in `toRecipients`: address and name."""
    return [one["emailAddress"] for one in document.get("toRecipients", [])]


def _header_problem(headers: list[Mapping[str, str]]) -> tuple[str, str] | None:
    for one in headers:
        if not one["name"].lower().startswith("x-"):
            return (
                "InvalidInternetMessageHeader",
                f"The internet message header name '{one['name']}' should start with 'x-' or 'X-'.",
            )
    if len(headers) > _MOST_HEADERS:
        return "InvalidInternetMessageHeaderCollection", "Maximum number of headers in one message is 5."
    return None


def _is_body(body: object) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("content", ""), str):
        return False
    kind = body.get("contentType", "text")
    return isinstance(kind, str) and kind.lower() in {"text", "html"}


def _lists(document: Mapping[str, Any], *names: str) -> list[object]:
    given = [document.get(name, []) for name in names]
    return [one for each in given for one in (each if isinstance(each, list) else [None])]


def _is_table(recipient: object) -> bool:
    mailbox = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    return (
        isinstance(mailbox, dict)
        and all(isinstance(mailbox.get(name, ""), str) for name in ("address", "name"))
        and "address" in mailbox
    )


def _are_pairs(given: object, name: str) -> bool:
    return isinstance(given, list) and all(
        isinstance(one, dict) and isinstance(one.get(name), str) and isinstance(one.get("value"), str)
        for one in given
    )
