"""Write a page in the form for the stream, or data as JSON."""

from __future__ import annotations

import json

from broadcast.cli.output.page_blocks import Page
from broadcast.cli.output.plain_text import as_narrow_text, as_text
from broadcast.cli.terminal import Stream
from broadcast.model.text import printable_json

_TOO_NARROW = 60


def show(page: Page, stream: Stream) -> None:
    """Draw the page on a terminal; write it as plain text elsewhere."""
    if not stream.drawable or stream.file is None:
        stream.write(as_text(page))
    elif stream.width < _TOO_NARROW:
        stream.write(as_narrow_text(page, stream.width))
    else:
        from broadcast.cli.output.rich_text import draw

        stream.write(draw(page, stream))


def show_json(data: object, stream: Stream) -> None:
    """Write one JSON document."""
    stream.write(json_text(data, indent=2) + "\n")


def json_text(data: object, indent: int | None = None) -> str:
    """Return data as JSON without characters that control a terminal."""
    return printable_json(json.dumps(data, ensure_ascii=False, indent=indent))
