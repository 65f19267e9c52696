"""Schedules that wait, and those that were not published in time, as people and programs read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Remark, Tone
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.ledger.schedules import Schedule

NO_CLOCK = "no `tick` or `serve` has run since"
_NOUNS = {"notify": "notice", "resolve": "resolution", "remind": "reminder", "start": "beginning"}


def late_schedule(number: int, detail: str) -> Remark:
    """Return the line that says why a schedule was not published."""
    return Remark("schedule", f"{number} was not published: {detail or NO_CLOCK}", Tone.BAD)


def schedule_lines(schedules: Sequence[Schedule], late: Collection[int], zone: ZoneInfo) -> list[Remark]:
    """Return a line for each; `late` are the numbers of those that were not published in time."""
    return [_line(one, zone, late=one.id in late) for one in schedules]


def _line(one: Schedule, zone: ZoneInfo, *, late: bool) -> Remark:
    about = f"of {one.incident}" if one.incident else f'"{one.typed("title")}"'
    what = f"{one.id} ({_NOUNS.get(one.does, one.does)} {about})"
    then = clock_time(one.due_at, zone)
    if late:
        why = one.detail or NO_CLOCK
        return Remark("schedule", f"{what} was due at {then} and was not published: {why}", Tone.BAD)
    return Remark("schedule", f"{what} will be published at {then}")


def schedule_json(one: Schedule, zone: ZoneInfo, *, late: bool) -> dict[str, Any]:
    """Return one for programs."""
    return {
        "number": one.id,
        "at": iso(one.due_at, zone),
        "verb": one.typed("verb"),
        "stage": one.stage and str(one.stage),
        "incident": one.incident,
        "title": one.typed("title"),
        "state": str(one.state),
        "late": late,
        "detail": one.detail,
    }
