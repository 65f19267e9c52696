"""`schedule`: notices that are published later, with `--at`."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command, group
from broadcast.cli.consent import ConsentPrompt
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, Output, OutputForm
from broadcast.cli.output.display import json_text, show, show_json
from broadcast.cli.output.page_blocks import Block, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.errors import UsageError
from broadcast.ledger.schedules import Schedule, ScheduleState
from broadcast.model.clock import SystemClock
from broadcast.model.reach_level import ReachLevel
from broadcast.publishing.request import Limits, Request
from broadcast.publishing.schedule import request_of
from broadcast.publishing.schedule import schedule as record
from broadcast.wiring import load_settings, make_publisher, program

SCHEMA = "broadcast.schedule/1"
_TONES = {ScheduleState.REFUSED: Tone.BAD, ScheduleState.PUBLISHED: Tone.GOOD}

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Its number, from `schedule list`.")]
All = Annotated[bool, typer.Option("--all", help="Show published, refused and cancelled ones, too.")]


def schedule(
    request: Request, limits: Limits, at: str, settings: Settings, asking: ConsentPrompt, output: Output
) -> int:
    """Record a notice for later, and say when it will be published."""
    if limits.until is not ReachLevel.ACCEPTED:
        raise UsageError("--until waits, and --at does not", hint="leave one of them out")
    with use_ledger(settings) as ledger:
        publisher = make_publisher(settings, ledger, ignore_events)
        made = record(publisher, request, limits, at, asking).schedule
    common, zone = asking.common, settings.timezone
    if output in {Output.JSON, Output.NDJSON}:
        common.out.write(json_text({"schema": SCHEMA, **_json(made, zone)}) + "\n")
    elif output is Output.QUIET:
        common.out.write(f"{made.id}\n")
    else:
        at = clock_time(made.due_at, zone)
        then = f"schedule {made.id}: it will be published at {at} by `tick` or `serve`"
        show([line(f"{then}; to stop it: {program(settings)} schedule cancel {made.id}")], common.out)
    return 0


@command("broadcast schedule list", "broadcast schedule list --all -o json", name="list")
def list_schedules(common: Common, all_: All = False, output: ListForm = OutputForm.HUMAN) -> None:
    """List the notices that wait for their time, the earliest first."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        found = [one for one in ledger.schedules.all() if all_ or one.open]
    if output is OutputForm.JSON:
        lines = [_json(one, settings.timezone) for one in found]
        show_json({"schema": "broadcast.schedules/1", "schedules": lines}, common.out)
    else:
        show(_page(found, settings.timezone), common.out)


@command("broadcast schedule cancel 3", name="cancel")
def cancel(common: Common, number: Number) -> None:
    """Cancel a notice that waits for its time, or dismiss one that was refused; it is not published."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        if not ledger.schedules.cancel(number, SystemClock().now()):
            raise UsageError(
                f"no notice waits under the number {number}", hint="`broadcast schedule list --all` shows all"
            )
    show([line(f"schedule {number} is cancelled; nothing is sent")], common.out)


schedules = group(
    "schedule",
    "List and cancel notices that are published later.",
    [list_schedules, cancel],
    ["broadcast schedule list", "broadcast schedule cancel 3"],
)


def _page(found: list[Schedule], zone: ZoneInfo) -> list[Block]:
    if not found:
        return [line("nothing is scheduled")]
    rows = tuple(
        (
            StyledWord(str(one.id), Tone.STRONG),
            clock_time(one.due_at, zone),
            one.does,
            one.incident or request_of(one).title or "",
            StyledWord(str(one.state), _TONES.get(one.state, Tone.PLAIN)),
            one.detail,
            one.author,
        )
        for one in found
    )
    return [Table(("number", "at", "command", "about", "state", "detail", "author"), rows)]


def _json(one: Schedule, zone: ZoneInfo) -> dict[str, Any]:
    request = request_of(one)
    return {
        "number": one.id,
        "at": iso(one.due_at, zone),
        "verb": str(request.verb),
        "stage": one.stage and str(one.stage),
        "incident": one.incident,
        "title": request.title,
        "message": request.message,
        "max_recipients": one.max_recipients,
        "state": str(one.state),
        "detail": one.detail,
        "author": one.author,
    }
