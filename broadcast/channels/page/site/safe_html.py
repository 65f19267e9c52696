"""Convert plain text into safe HTML: paragraphs, lists and links, everything else escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from itertools import groupby

from broadcast.channels.linkify import pieces

_HYPHENATED = re.compile(r"(?<!\S)(?=\S{3,18}(?!\S))\w+(?:-\w+)+(?!\S)")
_BULLET = re.compile(r"^\s*[-*•]\s+")


def paragraphs(text: str) -> str:
    """Return the text as HTML; everything in it is escaped, and only web addresses become links."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(_block(block.splitlines()) for block in blocks if block.strip())


def unbroken(text: str) -> str:
    """Return a headline as HTML; shorter hyphenated words like E-Mail-Support stay on one line."""
    return _HYPHENATED.sub(r'<span class="item">\g<0></span>', escape(text))


def _block(lines: list[str]) -> str:
    groups = groupby(lines, key=lambda line: bool(_BULLET.match(line)))
    return "".join(_bullets(group) if bulleted else _paragraph(group) for bulleted, group in groups)


def _bullets(lines: Iterable[str]) -> str:
    items = (_linked(_BULLET.sub("", line)) for line in lines)
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _paragraph(lines: Iterable[str]) -> str:
    return "<p>" + "<br>".join(_linked(line.strip()) for line in lines) + "</p>"


def _linked(line: str) -> str:
    return "".join(_link(piece) if is_address else escape(piece) for piece, is_address in pieces(line))


def _link(address: str) -> str:
    return f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>'
