"""Draw blocks with rich. Importing this imports rich; no text is read as its markup."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import IO, cast

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

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
    Tone,
    plain,
    tone,
)
from broadcast.cli.output.plain_text import as_paragraphs
from broadcast.cli.terminal import Stream
from broadcast.model.text import printable

_ROOMY = 100_000  # columns
_STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.WARNING: "yellow",
    Tone.BAD: "bold red",
    Tone.FAINT: "dim",
    Tone.STRONG: "bold",
}
_BANNERS = {
    Tone.GOOD: "bold black on green",
    Tone.WARNING: "bold black on yellow",
    Tone.BAD: "bold white on red",
}


class _Patient(io.TextIOBase):
    """A stream for drawing that may be closed at any time."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a property there, too, but not for the type checker
        return getattr(self._stream.file, "encoding", None) or "ascii"

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._stream.write(text)
        return len(text)


def console(stream: Stream) -> Console:
    """Return a console that colours only where we say so, and reads no markup."""
    return Console(
        file=cast("IO[str]", _Patient(stream)),
        force_terminal=True,
        color_system="auto" if stream.colour else None,
        width=stream.width,
        highlight=False,
        markup=False,
        emoji=False,
    )


def draw(page: Page, stream: Stream) -> str:
    """Return the page as text for this terminal; words, paths, links and commands are not broken."""
    pen = console(stream)
    with pen.capture() as capture:
        for block in page:
            if isinstance(block, Table):
                pen.print(_fit_table(block, pen), soft_wrap=True, end="")
            else:
                pen.print(_drawn(block), soft_wrap=_is_whole(block, stream.width))
    return capture.get()


def _is_whole(block: Block, width: int) -> bool:
    """Return whether the terminal breaks the line: a command, or a word longer than a line."""
    match block:
        case Remark(kind=kind, text=text):
            return kind == COMMAND or _longest(f"{kind}: {text}") > width
        case Line(words=words):
            return max((_longest(plain(word)) for word in words), default=0) > width
        case _:
            return False


def _longest(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)


def _drawn(block: Banner | Line | Remark | Quote) -> RenderableType:
    match block:
        case Banner():
            return _banner(block)
        case Line(words=words):
            return Text(" ").join(_text(word) for word in words)
        case Remark(kind=kind, text=text, tone=meant):
            return Text.assemble((f"{printable(kind)}: ", _STYLES[meant] or "bold"), printable(text))
        case Quote(title=title, text=text):
            return Panel(
                Text(printable(text)),
                title=Text(printable(title)),
                title_align="left",
                box=box.ROUNDED,
                border_style="dim",
            )


def _banner(banner: Banner) -> RenderableType:
    label = Text(f" {printable(banner.text)} ", style=_BANNERS.get(banner.tone, "reverse bold"))
    return Padding(Text.assemble(label, "  ", (printable(banner.rest), "bold")), (1, 0, 0, 0))


def _fit_table(table: Table, pen: Console) -> RenderableType:
    """Return the table with all words whole, or its rows as paragraphs if the longest words do not fit."""
    grid = _grid(table)
    around = Measurement.get(pen, pen.options.update_width(_ROOMY), grid).minimum
    cells = [[name, *(plain(row[at]) for row in table.rows)] for at, name in enumerate(table.columns)]
    least = [max(_longest(printable(cell)) for cell in column) for column in cells]
    wanted = [max(cell_len(printable(cell)) for cell in column) for column in cells]
    spare = pen.width - around
    if spare < 0:
        return Text(as_paragraphs(table, pen.width))
    for column, width in zip(grid.columns, _column_widths(least, wanted, spare), strict=True):
        column.width = width
    return grid


def _column_widths(least: Sequence[int], wanted: Sequence[int], spare: int) -> list[int]:
    """Return the width of each column: at least its longest word, and a fair share of the rest."""
    widths = list(least)
    order = sorted(range(len(least)), key=lambda at: wanted[at] - least[at])
    for done, at in enumerate(order):
        share = min(wanted[at] - least[at], spare // (len(order) - done))
        widths[at] += share
        spare -= share
    return widths


def _grid(table: Table) -> Grid:
    grid = Grid(
        box=box.SIMPLE_HEAD,
        title=Text(printable(table.title), style="bold") if table.title else None,
        title_justify="left",
        header_style="bold",
        pad_edge=False,
    )
    for name in table.columns:
        grid.add_column(Text(printable(name)), overflow="fold")
    for row in table.rows:
        grid.add_row(*(_text(cell) for cell in row))
    return grid


def _text(cell: Cell) -> Text:
    return Text(printable(plain(cell)), style=_STYLES[tone(cell)])
