"""The report as a single HTML file: no script, font, picture or network.

All text is escaped. Colours follow the reader's system, and tables become cards if the page is narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import resources

from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.chart import NARROW, WIDE, draw
from broadcast.reports.document import (
    Block,
    Cell,
    Chart,
    Heading,
    Pairs,
    Quotation,
    ReportLine,
    ReportSection,
    ReportTable,
    Tiles,
)
from broadcast.reports.language import ReportLanguage
from broadcast.reports.sections import tell

#: A second protection: with this policy a browser loads and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_html(story: IncidentAnalysis, locale: str) -> str:
    """Return the report for readers of `locale`: one HTML page."""
    document = tell(story, locale)
    say = ReportLanguage(locale, story.zone)
    banner = f'<p class="banner" role="note">{escape(document.banner)}</p>\n' if document.banner else ""
    warning = f'<p class="warning-note">{escape(document.warning)}</p>\n' if document.warning else ""
    sections = "\n".join(_section(section, story, say) for section in document.sections)
    return f"""<!DOCTYPE html>
<html lang="{document.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(document.title)}</title>
<style>
{_style()}</style>
</head>
<body>
<main>
{banner}<header>
<h1>{escape(document.title)}</h1>
<p class="status">{escape(document.status)}</p>
</header>
{warning}{sections}
{banner}</main>
</body>
</html>
"""


@cache
def _style() -> str:
    return (resources.files("broadcast.reports") / "style.css").read_text(encoding="utf-8")


def _section(section: ReportSection, story: IncidentAnalysis, say: ReportLanguage) -> str:
    blocks = "\n".join(_block(block, story, say) for block in section.blocks)
    return (
        f'<section id="{section.name}" aria-labelledby="{section.name}-title">\n'
        f'<h2 id="{section.name}-title">{escape(section.title)}</h2>\n{blocks}\n</section>'
    )


def _block(block: Block, story: IncidentAnalysis, say: ReportLanguage) -> str:
    match block:
        case ReportLine(text=text, tone=tone):
            return f'<p class="{tone}">{escape(text)}</p>'
        case Tiles():
            return _tiles(block)
        case Pairs(pairs=pairs):
            rows = (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
            return f"<dl>{''.join(rows)}</dl>"
        case ReportTable():
            return _table(block)
        case Quotation():
            return _quotation(block)
        case Chart():
            return _chart(story, say)


def _tiles(tiles: Tiles) -> str:
    items = "\n".join(
        f'<li class="{tile.tone}"><b>{escape(tile.value)}</b> <span>{escape(tile.label)}</span> '
        f"<small>{escape(tile.note)}</small></li>"
        for tile in tiles.tiles
    )
    return f'<ul class="tiles">\n{items}\n</ul>'


def _table(table: ReportTable) -> str:
    """Return a table that stays a table for screen readers, even if narrow pages show it as cards."""
    head = "".join(
        f'<th role="columnheader" scope="col" class="{heading.column}">{escape(heading.text)}</th>'
        for heading in table.headings
    )
    body = "\n".join(_row(table.headings, row) for row in table.rows)
    return (
        f'<table role="table">\n<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody>\n</table>'
    )


def _row(headings: Sequence[Heading], row: Sequence[Cell]) -> str:
    cells = "".join(_cell(heading, cell) for heading, cell in zip(headings, row, strict=True))
    return f'<tr role="row">{cells}</tr>'


def _cell(heading: Heading, cell: Cell) -> str:
    looks = f"{heading.column} {cell.tone}{' empty' if cell.empty else ''}"
    return (
        f'<td role="cell" class="{looks}" data-label="{escape(heading.text)}">'
        f"<span>{escape(cell.text)}</span></td>"
    )


def _quotation(quotation: Quotation) -> str:
    note = f" ({escape(quotation.note)})" if quotation.note else ""
    subject = f'<span class="subject">{escape(quotation.subject)}</span>\n\n' if quotation.subject else ""
    text = f"{subject}{escape(quotation.text)}"
    return (
        f"<figure>\n<figcaption>{escape(quotation.label)}{note}</figcaption>\n"
        f'<div class="letter" lang="{escape(quotation.locale)}">{text}</div>\n</figure>'
    )


def _chart(story: IncidentAnalysis, say: ReportLanguage) -> str:
    legend = "".join(f"<li>{sign}{escape(say(f'legend.{name}'))}</li>" for name, sign in _SIGNS.items())
    return (
        f"{draw(story, say, WIDE)}\n{draw(story, say, NARROW)}\n"
        f'<ul class="legend" aria-hidden="true">{legend}</ul>\n'
        f'<p class="chart-note">{escape(say("chart_text"))}</p>'
    )


def _sign(kind: str, shape: str) -> str:
    return f'<svg viewBox="0 0 28 28"><g class="{kind}">{shape}</g></svg>'


_DISC = '<circle cx="14" cy="14" r="9"/>'
_SIGNS = {
    "full": _sign("mark full", _DISC),
    "part": _sign("mark part", f'<circle class="ring" cx="14" cy="14" r="12"/>{_DISC}'),
    "unknown": _sign("mark unknown", _DISC),
    "failed": _sign("mark failed", '<rect x="5" y="5" width="18" height="18" rx="3"/>'),
    "breaker": _sign("plain", '<path class="breaker" d="M14 3v22"/>'),
    "kept": _sign("promise kept", '<path class="diamond" d="M5 14l9 -9l9 9l-9 9z"/>'),
    "late": _sign(
        "promise late", '<path class="delay" d="M8 14h20"/><path class="diamond" d="M2 14l7 -7l7 7l-7 7z"/>'
    ),
}
