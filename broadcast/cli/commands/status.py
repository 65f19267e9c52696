"""`status`: where incidents stand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import opened
from broadcast.cli.options import Common, Form, ListForm, MaybeIncident
from broadcast.cli.output.blocks import Block, Cell, Remark, Table, Tone, Word, line
from broadcast.cli.output.show import clock_time, iso, show, show_json
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.operations.status import IncidentStatus, one, overview
from broadcast.wiring import load_settings

SCHEMA = "broadcast.status/1"
_OVERDUE = 10
_COUNTED = ("unknown", "failed", "held")

Check = Annotated[
    bool, typer.Option("--check", help="End with exit code 10 where a promised update is overdue.")
]
All = Annotated[bool, typer.Option("--all", help="Closed incidents, too.")]


@command("broadcast status", "broadcast status INC-7", "broadcast status --check -o json")
def status(
    common: Common,
    incident: MaybeIncident = None,
    check: Check = False,
    all_: All = False,
    output: ListForm = Form.HUMAN,
) -> int:
    """Where incidents stand, and which promises are overdue.

    Reads the ledger only: it works offline, and sends nothing.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    with opened(settings) as ledger:
        found = _found(ledger, incident, everything=all_)
    if output is Form.JSON:
        incidents = [_json(status, settings.timezone) for status in found]
        show_json({"schema": SCHEMA, "incidents": incidents}, common.out)
    else:
        show(_page(found, settings.timezone, named=incident is not None), common.out)
    return _OVERDUE if check and any(status.overdue for status in found) else 0


def _found(ledger: Ledger, incident: str | None, *, everything: bool) -> list[IncidentStatus]:
    now = SystemClock().now()
    if incident is not None:
        return [one(ledger, incident, now)]
    # An incident that is over for us is not over for people whose all-clear has not left.
    return [
        status for status in overview(ledger, now) if everything or not status.phase.closed or status.owing
    ]


def _page(found: list[IncidentStatus], zone: ZoneInfo, *, named: bool) -> list[Block]:
    if not found:
        return [line("no incident is open")]
    if named:
        return _story(found[0], zone)
    troubles = [name for name in _COUNTED if any(getattr(status.counts, name) for status in found)]
    columns = ("incident", "title", "phase", "severity", "accepted", *troubles, "next update")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Word(status.ref, Tone.STRONG),
            _title(status),
            str(status.phase),
            str(status.severity),
            f"{status.counts.accepted:,} of {status.counts.planned:,}",
            *(f"{getattr(status.counts, name):,}" for name in troubles),
            _promise(status, zone),
        )
        for status in found
    )
    return [Table(columns, rows), *_next(found)]


def _story(status: IncidentStatus, zone: ZoneInfo) -> list[Block]:
    counts = asdict(status.counts)
    reached = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nobody"
    facts = {
        "phase": str(status.phase),
        "severity": str(status.severity),
        "services": ", ".join(status.services),
        "started": clock_time(status.started_at, zone),
        "opened": clock_time(status.opened_at, zone),
        "ended": clock_time(status.ended_at, zone),
        "notices": str(status.notices),
        "latest notice": reached,
    }
    shown = [Remark(name, value) for name, value in facts.items() if value]
    promise = _promise(status, zone)
    promised = [Remark("next update", promise.text, promise.tone)] if promise.text else []
    return [line(Word(status.ref, Tone.STRONG), _title(status)), *shown, *promised, *_next([status])]


def _title(status: IncidentStatus) -> str:
    return f"(drill) {status.title}" if status.drill else status.title


def _promise(status: IncidentStatus, zone: ZoneInfo) -> Word:
    promised = clock_time(status.next_update_at, zone)
    if status.overdue:
        return Word(f"OVERDUE since {promised}", Tone.BAD)
    return Word(promised)


def _next(found: list[IncidentStatus]) -> list[Block]:
    steps: list[Block] = []
    for status in found:
        if status.overdue:
            steps.append(Remark("next", f'broadcast update {status.ref} -m "..."', Tone.STRONG))
        if status.counts.held or status.counts.unknown:
            steps.append(Remark("next", f"broadcast retry {status.ref}", Tone.STRONG))
    return steps


def _json(status: IncidentStatus, zone: ZoneInfo) -> dict[str, Any]:
    times = ("started_at", "opened_at", "ended_at", "next_update_at")
    return asdict(status) | {name: iso(getattr(status, name), zone) for name in times}
