"""Schedules that were not published in time, as people and programs read them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Remark, Tone
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.ledger.schedules import Schedule


def late_schedule(number: int, detail: str) -> Remark:
    """Return the line that says why a schedule was not published."""
    return Remark("schedule", f"{number} was not published: {detail or NO_CLOCK}", Tone.BAD)


def late_schedules_page(late: list[Schedule], zone: ZoneInfo) -> list[Remark]:
    """Return a line for each."""
    return [
        Remark(
            "schedule",
            f"{one.id} ({one.typed('verb')} of {one.incident or one.typed('title')}) was due at "
            f"{clock_time(one.due_at, zone)} and was not published: {one.detail or NO_CLOCK}",
            Tone.BAD,
        )
        for one in late
    ]


def late_schedule_json(one: Schedule, zone: ZoneInfo) -> dict[str, Any]:
    """Return one for programs."""
    return {
        "number": one.id,
        "at": iso(one.due_at, zone),
        "verb": one.typed("verb"),
        "incident": one.incident,
        "title": one.typed("title"),
        "state": str(one.state),
        "detail": one.detail,
    }


NO_CLOCK = "no `tick` or `serve` has run since"
