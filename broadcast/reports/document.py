"""A report as sections of paragraphs, tables and texts in one language: the base of every format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

DASH = "–"


class CellTone(StrEnum):
    """The meaning of a value; colour is never its only sign."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a table; a dash if it is empty."""

    text: str
    tone: CellTone = CellTone.PLAIN

    @property
    def empty(self) -> bool:
        """Whether there is no value."""
        return self.text == DASH


class Column(StrEnum):
    """The content of a column: numbers are right-aligned, names and moments stay on one line if possible."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column."""

    text: str
    column: Column = Column.TEXT


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One paragraph."""

    text: str
    tone: CellTone = CellTone.PLAIN


@dataclass(frozen=True, slots=True)
class Tile:
    """An important number with its label and a note."""

    value: str
    label: str
    note: str
    tone: CellTone


@dataclass(frozen=True, slots=True)
class Tiles:
    """The important numbers at the top."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and their values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under headings."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A text exactly as it was sent, in the language `locale`."""

    label: str
    subject: str | None
    text: str
    locale: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """The place of the timeline, in formats that can draw."""


Block: TypeAlias = ReportLine | Tiles | Pairs | ReportTable | Quotation | Chart


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of the report under its own heading; `name` is the same in every language."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """A whole report. `banner` is at the start and the end."""

    language: str
    title: str
    status: str
    banner: str | None
    warning: str | None
    sections: tuple[ReportSection, ...]
