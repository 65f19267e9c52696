"""Backup lines of the hotline, as lines of a page and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Block, Remark, Tone
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.settings import Settings
from broadcast.ledger.backup_lines import ActiveLine


def line_remarks(active: Iterable[ActiveLine], settings: Settings) -> Iterator[Block]:
    """Yield a line of text for each backup line that stands in for the hotline."""
    for one in active:
        known = settings.calls.line(one.line) if settings.calls else None
        at = clock_time(one.at, settings.timezone)
        number = known.number if known else "no longer in [hotline] lines"
        until = f", until {one.incident} is over" if one.incident else ""
        why = f" ({one.note})" if one.note else ""
        said = f"{one.line}, {number}: stands in since {at}, set by {one.author}{until}{why}"
        yield Remark("backup line", said, Tone.STRONG if known else Tone.WARNING)


def active_json(active: ActiveLine, zone: ZoneInfo) -> dict[str, Any]:
    """Return a line with who activated it, when, why and until when."""
    return {
        "name": active.line,
        "since": iso(active.at, zone),
        "author": active.author,
        "incident": active.incident,
        "note": active.note,
    }
