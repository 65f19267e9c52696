"""The report as Markdown. Outside text is never read as Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.document import (
    Block,
    Cell,
    CellTone,
    Chart,
    Column,
    Heading,
    Pairs,
    Quotation,
    ReportLine,
    ReportSection,
    ReportTable,
    Tile,
    Tiles,
)
from broadcast.reports.sections import tell

#: Characters with a meaning inside a line, in CommonMark or in GitHub's tables and links.
_INSIDE = re.compile(r"[\\`*_\[\]<>#|~&$]|:(?=//)|(?<=www)\.")
#: Characters that make a line a list item, a heading or a rule.
_AT_START = re.compile(r"^(\d*)([-+.)=])(?=[\s=-]|$)")
_SIGNS = {CellTone.GOOD: "✓ ", CellTone.WARNING: "! ", CellTone.BAD: "✗ ", CellTone.PLAIN: ""}


def as_markdown(story: IncidentAnalysis, locale: str) -> str:
    """Return the report for readers of `locale`: one Markdown text."""
    document = tell(story, locale)
    banner = [f"**{_plain(document.banner)}**"] if document.banner else []
    warning = [f"**{_plain(document.warning)}**"] if document.warning else []
    head = [*banner, f"# {_plain(document.title)}", _plain(document.status), *warning]
    body = [block for section in document.sections for block in _section(section)]
    return "\n\n".join([*head, *body, *banner]) + "\n"


def _section(section: ReportSection) -> Iterator[str]:
    yield f"## {_plain(section.title)}"
    for block in section.blocks:
        written = _block(block)
        if written:
            yield written


def _block(block: Block) -> str:
    match block:
        case ReportLine(text=text):
            return _plain(text)
        case Tiles(tiles=tiles):
            return "\n".join(_tile(tile) for tile in tiles)
        case Pairs(pairs=pairs):
            return "\n".join(f"- **{_plain(name)}:** {_plain(value)}" for name, value in pairs)
        case ReportTable():
            return _table(block)
        case Quotation():
            return _quotation(block)
        case Chart():
            return ""


def _tile(tile: Tile) -> str:
    return f"- **{_plain(tile.value)}** {_plain(tile.label)} ({_plain(tile.note)})"


def _table(table: ReportTable) -> str:
    head = _row([_plain(heading.text) for heading in table.headings])
    rule = _row(["--:" if heading.column is Column.NUMBER else "---" for heading in table.headings])
    rows = (
        _row([_cell(heading, cell) for heading, cell in zip(table.headings, row, strict=True)])
        for row in table.rows
    )
    return "\n".join([head, rule, *rows])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(heading: Heading, cell: Cell) -> str:
    sign = "" if heading.column is Column.NUMBER else _SIGNS[cell.tone]
    return f"{sign}{_plain(cell.text)}"


def _quotation(quotation: Quotation) -> str:
    note = f" ({_plain(quotation.note)})" if quotation.note else ""
    subject = f"\n\n{_fenced(quotation.subject)}" if quotation.subject else ""
    return f"### {_plain(quotation.label)}{note}{subject}\n\n{_fenced(quotation.text)}"


def _fenced(text: str) -> str:
    """Return a code block whose fence is longer than any run of backticks in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Return one line that shows `text` literally."""
    line = " ".join(text.split())
    return _AT_START.sub(r"\1\\\2", _INSIDE.sub(r"\\\g<0>", line))
