"""A plain text for a chat: lines of runs, some bold, some web addresses, none of them markup."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.channels.linkify import pieces


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters of one style; an address can be clicked."""

    text: str
    strong: bool = False
    address: bool = False


def lines(text: str) -> list[tuple[TextRun, ...]]:
    """Return the lines of `text`, also empty ones.

    Bold are the first of several lines, and lines that end in a colon.
    """
    written = text.split("\n")
    several = len(written) > 1
    return [_runs(line, strong=several and (not n or _heading(line))) for n, line in enumerate(written)]


def _heading(line: str) -> bool:
    return line.endswith(":") and not line.startswith("- ")


def _runs(line: str, *, strong: bool) -> tuple[TextRun, ...]:
    return tuple(TextRun(piece, strong, address) for piece, address in pieces(line))
