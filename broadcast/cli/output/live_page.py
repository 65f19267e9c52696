"""A page that is drawn anew in its place. Importing this imports rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.live import Live
from rich.text import Text

from broadcast.cli.output.page_blocks import Page
from broadcast.cli.output.rich_text import console, draw
from broadcast.cli.terminal import Stream

T = TypeVar("T")


@contextmanager
def live_page(stream: Stream, page: Callable[[T], Page]) -> Iterator[Callable[[T], None]]:
    """Provide what shows the page of a value in the place of the one before."""
    with Live(console=console(stream), auto_refresh=False) as live:
        yield lambda seen: live.update(Text.from_ansi(draw(page(seen), stream)), refresh=True)
