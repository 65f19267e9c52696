"""The tickets that Zendesk refuses with 422, and how it reads a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broadcast.sandbox.wire.letter import seen_in

_STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_TYPES = ("problem", "incident", "question", "task")
_PRIORITIES = ("urgent", "high", "normal", "low")
_LARGEST = 65_535  # bytes of a comment


def ticket_problem(asked: Mapping[str, Any], *, new: bool) -> tuple[str, str] | None:
    """Return the field and what is wrong with it; None if all are right."""
    comment, tags = asked.get("comment", {}), asked.get("tags", [])
    words = comment_text(comment) if isinstance(comment, dict) else ""
    checks = (
        (new and not words.strip(), "base", "Description: cannot be blank"),
        (not isinstance(comment, dict), "base", "Comment: is invalid"),
        (len(words.encode("utf-8", "replace")) > _LARGEST, "base", "Comment: is too long"),
        (not isinstance(asked.get("subject", ""), str), "subject", "Subject: is invalid"),
        (not isinstance(asked.get("external_id", ""), str), "base", "External: is invalid"),
        (asked.get("status", "open") not in _STATUSES, "status", "Status: is not valid"),
        (asked.get("type", "problem") not in _TYPES, "type", "Type: is not valid"),
        (asked.get("priority", "low") not in _PRIORITIES, "priority", "Priority: is not valid"),
        (not _are_words(tags), "tags", "Tags: are invalid"),
        (not isinstance(asked.get("metadata", {}), dict), "base", "Metadata: is invalid"),
    )
    return next(((field, text) for wrong, field, text in checks if wrong), None)


def comment_text(comment: Mapping[str, Any]) -> str:
    """Return the text that a reader sees: `html_body` comes before `body`."""
    html = comment.get("html_body")
    if isinstance(html, str):
        return seen_in(html)
    plain = comment.get("body", "")
    return plain if isinstance(plain, str) else ""


def _are_words(tags: object) -> bool:
    return isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
