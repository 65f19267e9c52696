"""`due`: what readers were promised, and what is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OneOrAll, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.schedule_lines import late_schedule
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.durations import format_duration, parse_duration
from broadcast.model.clock import SystemClock
from broadcast.model.promise import PromiseVerdict
from broadcast.reports.due import Due, DueKind
from broadcast.reports.due import due as read_due
from broadcast.wiring import load_settings, program

SCHEMA = "broadcast.due/1"
_OVERDUE = 10
_WORDS = {
    DueKind.UPDATE: "next update",
    DueKind.START: "work begins",
    DueKind.END: "work ends",
    DueKind.SCHEDULE: "scheduled notice",
    DueKind.APPROVAL: "approval",
}
_STEPS = {
    DueKind.UPDATE: 'update {} -m "..."',
    DueKind.START: "maintenance start {}",
    DueKind.END: "maintenance end {}",
    DueKind.SCHEDULE: "schedule cancel {}",
    DueKind.APPROVAL: "approve {}",
}
_TONES = {
    PromiseVerdict.OVERDUE: Tone.BAD,
    PromiseVerdict.LATE: Tone.WARNING,
    PromiseVerdict.KEPT: Tone.GOOD,
}

Within = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only what is due within this time, such as 10m, or overdue."),
]
All = Annotated[bool, typer.Option("--all", help="Show also promises that were kept, and closed incidents.")]


@command("broadcast due", "broadcast due --within 10m", "broadcast due INC-7 --all -o json")
def due(
    common: Common,
    incident: OneOrAll = None,
    within: Within = None,
    all_: All = False,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """List what readers were promised, the earliest first: updates, and the beginning and end of work.

    Also lists scheduled notices that were not published in time, and proposals with the time by which
    somebody has to decide. Ends with exit code 10 if something is overdue. Reads the ledger only: it works
    offline.
    """
    span = None if within is None else timedelta(seconds=parse_duration(within))
    settings = load_settings(common.config, sandbox=common.sandbox)
    now = SystemClock().now()
    with use_ledger(settings) as ledger:
        promised = read_due(ledger, now, incident, past=all_)
    found = [one for one in promised if span is None or one.due_at <= now + span]
    if output is OutputForm.JSON:
        lines = [_json(one, settings.timezone) for one in found]
        show_json({"schema": SCHEMA, "at": iso(now, settings.timezone), "due": lines}, common.out)
    else:
        show(_page(found, now, settings.timezone, program(settings)), common.out)
    return _OVERDUE if any(one.state is PromiseVerdict.OVERDUE for one in found) else 0


def _page(found: list[Due], now: datetime, zone: ZoneInfo, name: str) -> list[Block]:
    if not found:
        return [line("nothing is due")]
    rows = tuple(
        (
            StyledWord(one.incident or f"schedule {one.schedule}", Tone.STRONG),
            f"(drill) {one.title}" if one.drill else one.title,
            _what(one),
            clock_time(one.due_at, zone),
            StyledWord(_state(one, now), _TONES.get(one.state, Tone.PLAIN)),
            ", ".join(one.audiences),
        )
        for one in found
    )
    steps = dict.fromkeys(
        _STEPS[one.kind].format(one.schedule if one.kind is DueKind.SCHEDULE else one.incident)
        for one in found
        if one.state is PromiseVerdict.OVERDUE
    )
    columns = ("incident", "title", "what", "due", "state", "audiences")
    late = (
        late_schedule(one.schedule, one.detail)
        for one in found
        if one.schedule and one.kind is DueKind.SCHEDULE
    )
    return [Table(columns, rows), *late, *(Remark("next", f"{name} {step}", Tone.STRONG) for step in steps)]


def _what(one: Due) -> str:
    by_itself = one.schedule is not None and one.kind is not DueKind.SCHEDULE
    return f"{_WORDS[one.kind]} by itself" if by_itself else _WORDS[one.kind]


def _state(one: Due, now: datetime) -> str:
    if one.state is PromiseVerdict.OVERDUE:
        return f"OVERDUE for {_minutes(one.late)}"
    if one.state is PromiseVerdict.LATE:
        return f"{_minutes(one.late)} late"
    return f"in {_minutes(one.due_at - now)}" if one.state is PromiseVerdict.PENDING else str(one.state)


def _minutes(span: timedelta) -> str:
    """Return whole minutes, or seconds if it is less than one."""
    seconds = int(span.total_seconds())
    return format_duration(seconds - seconds % 60 if seconds >= 60 else seconds)  # noqa: PLR2004 - a minute


def _json(one: Due, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "incident": one.incident or None,
        "notice": one.notice or None,
        "title": one.title,
        "severity": one.severity and str(one.severity),
        "drill": one.drill,
        "kind": str(one.kind),
        "audiences": list(one.audiences),
        "due_at": iso(one.due_at, zone),
        "state": str(one.state),
        "late_seconds": int(one.late.total_seconds()),
        "answer": one.answer,
        "schedule": one.schedule,
        "detail": one.detail or None,
    }
