"""The mails that SendGrid refuses with 400."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

_EMAIL = re.compile(r"[^@\s<>(),;:\"\\]+@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9-]+")
#: "may not be overwritten", says the reference of `headers`.
_RESERVED = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
_CUSTOM_ARGS_LARGEST = 10_000  # bytes
_FARTHEST = timedelta(hours=72)

#: The mistake and its field.
Problem = tuple[str, str]


def mail_problem(mail: Mapping[str, Any], at: datetime) -> Problem | None:
    """Return the first thing that is wrong with a mail, if any."""
    return next(_problems(mail, (at + _FARTHEST).timestamp()), None)


def _problems(mail: Mapping[str, Any], latest: float) -> Iterator[Problem]:
    people = mail.get("personalizations")
    if not isinstance(people, list) or not 1 <= len(people) <= 1000:
        text = "The personalizations field is required and must have 1 to 1000 personalizations."
        yield text, "personalizations"
        return
    if not _is_address(mail.get("from")):
        yield "The from email does not contain a valid address.", "from.email"
    if not mail.get("template_id"):
        yield from _content_problems(mail, people)
    if not isinstance(mail.get("mail_settings", {}), dict):
        yield "The mail_settings must be an object.", "mail_settings"
    if not _is_list(mail.get("categories", []), 10):
        yield "You cannot have more than 10 categories.", "categories"
    yield from _part_problems(mail, latest, "")
    for number, one in enumerate(people):
        yield from _personal_problems(one, latest, f"personalizations.{number}.")


def _content_problems(mail: Mapping[str, Any], people: list[Any]) -> Iterator[Problem]:
    content = mail.get("content")
    if not content or not _is_list(content, 100) or not all(_is_content(part) for part in content):
        yield "Unless a valid template_id is provided, the content parameter is required.", "content"
    if not mail.get("subject") and not all(isinstance(one, dict) and one.get("subject") for one in people):
        yield "The subject is required.", "subject"


def _personal_problems(one: Any, latest: float, field: str) -> Iterator[Problem]:
    if not isinstance(one, dict) or not one.get("to") or not _is_list(one["to"], 1000):
        yield "The to array is required for all personalization objects.", field + "to"
        return
    if "from" in one and not _is_address(one["from"]):
        yield "Does not contain a valid address.", field + "from.email"
    seen: set[str] = set()
    for where, address in _addresses(one, field):
        if not _is_address(address):
            yield "Does not contain a valid address.", where
        elif address["email"].lower() in seen:
            yield "Each email address should be unique between to, cc, and bcc.", where
        else:
            seen.add(address["email"].lower())
    yield from _part_problems(one, latest, field)


def _addresses(one: Mapping[str, Any], field: str) -> Iterator[tuple[str, Any]]:
    for kind in ("to", "cc", "bcc"):
        listed = one.get(kind, [])
        for number, address in enumerate(listed if isinstance(listed, list) else [None]):
            yield f"{field}{kind}.{number}.email", address


def _part_problems(part: Mapping[str, Any], latest: float, field: str) -> Iterator[Problem]:
    subject, send_at = part.get("subject", "-"), part.get("send_at", 0)
    if not isinstance(subject, str) or not subject or _breaks(subject):
        yield "The subject must be a string without line breaks.", field + "subject"
    if not isinstance(send_at, int) or send_at > latest:
        yield "The send_at may not be more than 72 hours ahead.", field + "send_at"
    for name in ("headers", "custom_args", "substitutions"):
        if not _is_texts(part.get(name, {})):
            yield f"The {name} must be an object of strings.", field + name
            return
    yield from _header_problems(part.get("headers", {}), field + "headers")
    if sum(len(k) + len(v) for k, v in part.get("custom_args", {}).items()) > _CUSTOM_ARGS_LARGEST:
        yield "The custom_args may not exceed 10000 bytes.", field + "custom_args"


def _header_problems(headers: Mapping[str, str], field: str) -> Iterator[Problem]:
    for name, value in headers.items():
        if name.lower() in _RESERVED:
            yield f"The header {name} is reserved and may not be overwritten.", field
        if _breaks(name + value) or not name.isascii():
            yield f"The header {name!r} contains invalid characters.", field


def _is_address(address: Any) -> bool:
    if not isinstance(address, dict) or not isinstance(address.get("email"), str):
        return False
    name = address.get("name", "")
    return bool(_EMAIL.fullmatch(address["email"])) and isinstance(name, str) and not _breaks(name)


def _is_content(part: Any) -> bool:
    values = [part.get(name) for name in ("type", "value")] if isinstance(part, dict) else [None]
    return all(isinstance(value, str) and value for value in values)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _is_list(value: Any, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most


def _breaks(text: str) -> bool:
    return "\r" in text or "\n" in text
