"""Blocks as plain lines: for pipes, logs, simple terminals and screens too narrow for a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from broadcast.cli.output.page_blocks import (
    COMMAND,
    Banner,
    Block,
    Cell,
    Line,
    Page,
    Quote,
    Remark,
    Table,
    plain,
)
from broadcast.model.text import printable

_MARGIN = "  | "  # the indent of quoted texts


def as_text(page: Page) -> str:
    """Return the page as text, without breaking lines."""
    return "".join(f"{text}\n" for block in page for text in _lines(block, stacked=False))


def as_narrow_text(page: Page, width: int) -> str:
    """Return the page as text of `width` columns: cells of a row below each other, words unbroken."""
    lines = (text for block in page for text in _lines(block, stacked=True))
    return "".join(f"{part}\n" for text in lines for part in _wrapped(text, width))


def as_paragraphs(table: Table, width: int) -> str:
    """Return each row as `first cell; column: cell; ...`, words unbroken."""
    lines = [one_line(table.title)] if table.title else []
    for row in table.rows:
        first, *others = zip(table.columns, row, strict=True)
        named = [f"{one_line(name)}: {one_line(cell)}" for name, cell in others if plain(cell)]
        lines += _wrap("; ".join([one_line(first[1]), *named]), width, further="    ")
    return "".join(f"{text}\n" for text in lines)


def one_line(cell: Cell) -> str:
    """Return a cell's text, printable and on one line."""
    return " ".join(printable(plain(cell)).split())


def _lines(block: Block, *, stacked: bool) -> Iterator[str]:
    match block:
        case Banner(text=text, rest=rest):
            yield f"*** {one_line(text)} ***  {one_line(rest)}".rstrip()
        case Line(words=words):
            yield " ".join(one_line(word) for word in words)
        case Remark(kind=kind, text=text):
            yield f"{one_line(kind)}: {one_line(text)}"
        case Quote(title=title, text=text):
            yield ""
            yield f"{one_line(title)}:"
            yield from (f"{_MARGIN}{line}".rstrip() for line in printable(text).splitlines())
        case Table() if stacked:
            yield from _stacked(block)
        case Table():
            yield from _columns(block)


def _wrapped(text: str, width: int) -> list[str]:
    if text.startswith(f"{COMMAND}: "):
        return [text]
    margin = _MARGIN if text.startswith(_MARGIN) else ""
    return _wrap(text.removeprefix(margin), width, margin, margin) or [text]


def _wrap(text: str, width: int, first: str = "", further: str = "") -> list[str]:
    """Return lines of `width` columns with unbroken words; `first` and `further` are their prefixes."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _columns(table: Table) -> Iterator[str]:
    rows = [tuple(one_line(name).upper() for name in table.columns)]
    rows += [tuple(one_line(cell) for cell in row) for row in table.rows]
    widths = [max(len(row[index]) for row in rows) for index in range(len(table.columns))]
    if table.title:
        yield one_line(table.title)
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _stacked(table: Table) -> Iterator[str]:
    if table.title:
        yield one_line(table.title)
    for row in table.rows:
        for name, cell in zip(table.columns, row, strict=True):
            if plain(cell):
                yield f"{one_line(name)}: {one_line(cell)}"
        yield ""
