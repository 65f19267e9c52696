"""The rules of Slack's Block Kit for a message, and the text that a person reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

MOST_BLOCKS = 50
_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ELEMENTS = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "broadcast": "range",
    "emoji": "name",
    "date": "fallback",
}


def blocks_problem(blocks: object) -> str | None:
    """Return Slack's error word for `blocks`, or None; only rich text and buttons are known here."""
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS:
        return "invalid_blocks_format" if not isinstance(blocks, list) else "invalid_blocks"
    for block in blocks:
        if isinstance(block, dict) and block.get("type") == "actions" and _are_buttons(block):
            continue
        if not isinstance(block, dict) or block.get("type") != "rich_text":
            return "invalid_blocks"
        if not all(_section(part) for part in block.get("elements", [None])):
            return "invalid_blocks"
    return None


def shown(text: str, blocks: object) -> str:
    """Return the text that people read: the blocks if any, else the text as mrkdwn.

    Mentions are shown as in Slack, so that an unwanted one is seen.
    """
    if isinstance(blocks, list) and blocks:
        return "".join(_spelled(element) for element in _elements(blocks))
    return unescape(_REFERENCE.sub(lambda found: _referred(found[1], found[2]), text))


def _are_buttons(block: dict[str, Any]) -> bool:
    """Return whether an actions block has 1 to 25 buttons, each with its own id."""
    parts = block.get("elements")
    if not isinstance(parts, list) or not 1 <= len(parts) <= 25 or len(str(block.get("block_id", ""))) > 255:
        return False
    identities = {str(part.get("action_id")) for part in parts if isinstance(part, dict)}
    return len(identities) == len(parts) and all(_is_button(part) for part in parts)


def _is_button(part: dict[str, Any]) -> bool:
    text = part.get("text")
    label = text.get("text") if isinstance(text, dict) and text.get("type") == "plain_text" else None
    return (
        part.get("type") == "button"
        and isinstance(label, str)
        and 1 <= len(label) <= 75
        and len(str(part.get("value", ""))) <= 2000
    )


def _section(part: object) -> bool:
    if not isinstance(part, dict) or part.get("type") not in {"rich_text_section", "rich_text_preformatted"}:
        return False
    return all(_element(one) for one in part.get("elements", []))


def _element(one: object) -> bool:
    if not isinstance(one, dict) or one.get("type") not in _ELEMENTS:
        return False
    if one["type"] == "date" and not (isinstance(one.get("timestamp"), int) and one.get("format")):
        return False
    value = one.get(_ELEMENTS[one["type"]])
    return isinstance(value, str) and value != ""


def _elements(blocks: list[Any]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        for part in block["elements"]:
            if block["type"] == "rich_text":
                yield from part.get("elements", [])


def _spelled(element: dict[str, Any]) -> str:
    value: str = element[_ELEMENTS[element["type"]]]
    prefixes = {"user": "@", "broadcast": "@"}
    return prefixes.get(element["type"], "") + (element.get("text") or value)


def _referred(target: str, label: str | None) -> str:
    if target[:1] in {"!", "@"}:
        return "@" + (label or target[1:])
    return label or target
