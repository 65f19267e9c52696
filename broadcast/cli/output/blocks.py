"""What is shown, before it is decided how: a page is a sequence of blocks.

Blocks hold text as it came from outside; whoever renders them makes it printable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

#: The kind of a remark that is a command to copy: it is never broken into lines.
COMMAND = "next"


class Tone(StrEnum):
    """How a text is meant."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    FAINT = "faint"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class StyledWord:
    """A text with a tone."""

    text: str
    tone: Tone = Tone.PLAIN


Cell: TypeAlias = str | StyledWord


@dataclass(frozen=True, slots=True)
class Banner:
    """What this is about, unmistakably: `LIVE`, `SANDBOX`, `DRILL`; `rest` says what exactly."""

    text: str
    tone: Tone
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words."""

    words: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header. With `title`, it is named."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A text of its own, set apart under a title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that says what it is: `warning: ...`, `next: ...`."""

    kind: str
    text: str
    tone: Tone = Tone.PLAIN


Block: TypeAlias = Banner | Line | Table | Quote | Remark
Page: TypeAlias = Sequence[Block]


def line(*words: Cell) -> Line:
    """One line."""
    return Line(words)


def plain(cell: Cell) -> str:
    """Return the text of a cell."""
    return cell if isinstance(cell, str) else cell.text


def tone(cell: Cell) -> Tone:
    """Return the tone of a cell."""
    return Tone.PLAIN if isinstance(cell, str) else cell.tone
