"""What is shown, independent of the form: a page is a sequence of blocks.

Blocks hold outside text unchanged; the renderers make it printable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

#: The kind of a remark with a command to copy: its line is never broken.
COMMAND = "next"


class Tone(StrEnum):
    """The meaning of a text."""

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
    """The mode of the command: `LIVE`, `SANDBOX`, `DRILL`; `rest` adds details."""

    text: str
    tone: Tone
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words."""

    words: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header, with `title` if there is one."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A text in a block under a title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A line with its kind: `warning: ...`, `next: ...`."""

    kind: str
    text: str
    tone: Tone = Tone.PLAIN


Block: TypeAlias = Banner | Line | Table | Quote | Remark
Page: TypeAlias = Sequence[Block]


def line(*words: Cell) -> Line:
    """Return one line."""
    return Line(words)


def plain(cell: Cell) -> str:
    """Return the text of a cell."""
    return cell if isinstance(cell, str) else cell.text


def tone(cell: Cell) -> Tone:
    """Return the tone of a cell."""
    return Tone.PLAIN if isinstance(cell, str) else cell.tone
