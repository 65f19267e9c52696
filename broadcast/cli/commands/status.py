"""`status`: the state of incidents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OneOrAll, OutputForm
from broadcast.cli.output.answers import answers_block
from broadcast.cli.output.backup_lines import active_json, line_remarks
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.escalation import summary_line
from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.proposals import proposal_json
from broadcast.cli.output.schedule_lines import schedule_json, schedule_lines
from broadcast.cli.output.spooled_lines import spooled_lines
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.cli.output.unknown_messages import unknown_json, unknown_table
from broadcast.config.settings import Settings
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import ProposalState
from broadcast.ledger.schedules import Schedule
from broadcast.ledger.spool import waiting
from broadcast.model.clock import SystemClock
from broadcast.model.escalation import EscalationOutcome
from broadcast.model.incident import Phase
from broadcast.reports.calls import called
from broadcast.reports.due import late_schedules
from broadcast.reports.proposals import OpenProposal, open_proposals
from broadcast.reports.status import IncidentStatus, can_be_asked, one, overview
from broadcast.wiring import load_settings, program

SCHEMA = "broadcast.status/1"
_OVERDUE = 10
_COUNTED = ("delivered", "confirmed", "unknown", "failed", "held")
#: Escalations that run, or ended without enough confirmations.
_MISSED = frozenset({None, EscalationOutcome.EXHAUSTED, EscalationOutcome.EXPIRED})

Check = Annotated[
    bool,
    typer.Option(
        "--check",
        help="End with exit code 10 if a promised update, announced work or a schedule is overdue.",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Closed incidents, too.")]


@command("broadcast status", "broadcast status INC-7", "broadcast status --check -o json")
def status(
    common: Common,
    incident: OneOrAll = None,
    check: Check = False,
    all_: All = False,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Show the state of incidents, and which promises are overdue.

    Reads the ledger only: it works offline, and sends nothing.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        found = _found(ledger, incident, everything=all_)
        sending, active = ledger.runs.living(), ledger.lines.active()
        spooled = waiting(settings.ledger)
        late = {one.id for one in late_schedules(ledger, SystemClock().now())}
        schedules = [
            one
            for one in ledger.schedules.all()
            if (one.open or one.id in late) and _concerns(one, incident, found)
        ]
        proposals = open_proposals(ledger, SystemClock().now(), found[0].ref if incident else None)
    if output is OutputForm.JSON:
        incidents = [_json(status, settings.timezone) for status in found]
        scheduled = [schedule_json(one, settings.timezone, late=one.id in late) for one in schedules]
        shown = {"schema": SCHEMA, "incidents": incidents, "sending": sending, "schedules": scheduled}
        standing = [active_json(one, settings.timezone) for one in active]
        name = program(settings)
        open_ = [proposal_json(one.proposal, settings.timezone, name, one.asked) for one in proposals]
        further = {"lines": standing, "spooled": sum(spooled.values()), "proposals": open_}
        show_json({**shown, **further}, common.out)
    else:
        zone, named = settings.timezone, incident is not None
        page = _page(found, zone, named=named)
        asked = [block for one in found for block in _escalations(one, zone, named=named)]
        lines = [
            *line_remarks(active, settings),
            *schedule_lines(schedules, late, zone),
            *map(partial(_proposal, zone), proposals),
            *spooled_lines(spooled),
        ]
        show([*page, *asked, *lines, *_outlook(found, settings, sending)], common.out)
    unpublished = any(one.id in late for one in schedules)
    overdue = unpublished or any(status.overdue or status.late for status in found)
    return _OVERDUE if check and overdue else 0


def _proposal(zone: ZoneInfo, one: OpenProposal) -> Remark:
    proposal = one.proposal
    what = f"{proposal.mark} ({proposal.title}) by {proposal.author}"
    if proposal.state is ProposalState.VOID:
        why = f"was approved by {proposal.decided_by} and not sent: {proposal.note}; propose it again"
        return Remark("proposal", f"{what} {why}", Tone.BAD)
    if proposal.state is ProposalState.APPROVED:
        return Remark(
            "proposal", f"{what} was approved by {proposal.decided_by} and is not sent yet", Tone.BAD
        )
    asked = ", ".join(each.shown for each in one.asked)
    until = f"waits for approval until {clock_time(proposal.valid_until, zone)}"
    return Remark("proposal", f"{what} {until}; asked: {asked or 'nobody'}", Tone.WARNING)


def _concerns(schedule: Schedule, incident: str | None, found: list[IncidentStatus]) -> bool:
    """Return whether a schedule belongs to what was asked for."""
    return incident is None or schedule.incident in {one.ref for one in found}


def _found(ledger: Ledger, incident: str | None, *, everything: bool) -> list[IncidentStatus]:
    now = SystemClock().now()
    if incident is not None:
        return [one(ledger, incident, now)]
    # A closed incident is not over for people whose all-clear has not been sent.
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
            StyledWord(status.ref, Tone.STRONG),
            _title(status),
            str(status.phase),
            str(status.severity),
            f"{status.counts.accepted:,} of {status.counts.planned:,}",
            *(f"{getattr(status.counts, name):,}" for name in troubles),
            _promise(status, zone),
        )
        for status in found
    )
    return [Table(columns, rows)]


def _story(status: IncidentStatus, zone: ZoneInfo) -> list[Block]:
    counts = asdict(status.counts)
    reached = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nobody"
    facts = {
        "phase": str(status.phase),
        "severity": str(status.severity),
        "services": ", ".join(status.services),
        "announced for": _window(status, zone),
        "started": clock_time(status.started_at, zone),
        "opened": clock_time(status.opened_at, zone),
        "open again": clock_time(status.reopened_at, zone),
        "ended": clock_time(status.ended_at, zone),
        "notices": str(status.notices),
        "latest notice": reached,
    }
    shown = [Remark(name, value) for name, value in facts.items() if value]
    promise = _promise(status, zone)
    promised = [Remark("next update", promise.text, promise.tone)] if promise.text else []
    return [
        line(StyledWord(status.ref, Tone.STRONG), _title(status)),
        *shown,
        *_channels(status),
        *promised,
        *answers_block(status.answers),
        *(Remark(name, said) for name, said in (called(status.calls) if status.calls else ())),
        *(Remark("opted out", said, Tone.WARNING) for said in status.opted_out),
        *_people(status, zone),
    ]


def _channels(status: IncidentStatus) -> Iterator[Block]:
    """Yield what became of the latest notice on each channel, if there are several or somebody answered."""
    for name, counted in status.channels.items():
        if len(status.channels) > 1 or counted.delivered or counted.confirmed:
            said = [f"{counted.accepted:,} of {counted.planned:,} accepted"]
            said += [f"{getattr(counted, key):,} {key}" for key in _COUNTED if getattr(counted, key)]
            yield Remark(f"by {name}", ", ".join(said))


def _window(status: IncidentStatus, zone: ZoneInfo) -> str:
    ends = clock_time(status.window_ends_at, zone)
    return clock_time(status.window_starts_at, zone) + (f" to {ends}" if ends else "")


def _title(status: IncidentStatus) -> str:
    return f"(drill) {status.title}" if status.drill else status.title


def _promise(status: IncidentStatus, zone: ZoneInfo) -> StyledWord:
    promised = clock_time(status.next_update_at, zone)
    if status.overdue:
        return StyledWord(f"OVERDUE since {promised}", Tone.BAD)
    if status.late:
        begun = status.phase is Phase.IN_PROGRESS
        then = clock_time(status.window_ends_at if begun else status.window_starts_at, zone)
        return StyledWord(f"should have {'ended' if begun else 'begun'} {then}", Tone.BAD)
    return StyledWord(promised)


def _escalations(status: IncidentStatus, zone: ZoneInfo, *, named: bool) -> Iterator[Block]:
    """Yield a line for each escalation; if the incident is not named, only if too few confirmed."""
    for each in status.escalations:
        if named or (each.escalation.outcome in _MISSED and not status.phase.closed):
            yield summary_line(each, zone)


def _people(status: IncidentStatus, zone: ZoneInfo) -> list[Block]:
    return [unknown_table(status.unknown_messages, zone)] if status.unknown_messages else []


def _outlook(found: list[IncidentStatus], settings: Settings, sending: list[int]) -> list[Block]:
    """Return what is unknown or unsent, what will happen next, and what to type."""
    running = [Remark("sending", f"by process {pid}", Tone.STRONG) for pid in sending]
    steps = (
        Remark("next", f"{program(settings)} {step}", Tone.STRONG)
        for status in found
        for step in _next(status)
    )
    return [*running, *(block for status in found for block in _open(status, settings)), *steps]


def _open(status: IncidentStatus, settings: Settings) -> Iterator[Block]:
    """Yield one line for each unknown outcome and for each waiting message."""
    places = Counter((message.channel, message.backup) for message in status.unknown_messages)
    for (channel, backup), count in places.items():
        doubt = f"{status.ref}: it is not known whether {count:,} arrived over {channel}"
        then = _outcome(backup, asked=can_be_asked(settings, channel))
        yield Remark("unknown", f"{doubt}; {then}", Tone.WARNING)
    for owed in status.owed:
        waiting = f"{status.ref}/{owed.sequence}: {owed.count:,} over {owed.channel} not sent yet"
        yield Remark("held", f"{waiting}; retry sends them", Tone.WARNING)


def _outcome(backup: str | None, *, asked: bool) -> str:
    if asked:
        return "retry asks there, and sends only what is missing"
    if backup:
        return f"it cannot be asked: retry tells them over {backup}; or look there and record what you found"
    return "it cannot be asked: look there, then record what you found with resolve-unknown"


def _next(status: IncidentStatus) -> Iterator[str]:
    if status.overdue:
        yield f'update {status.ref} -m "..."'
    if status.late:
        yield from _late(status)
    if status.owing:
        yield f"retry {status.ref}"
    if status.unknown_messages:
        yield f"resolve-unknown {status.ref} --as not-sent --dry-run"


def _late(status: IncidentStatus) -> Iterator[str]:
    """Yield the consequences for announced work without an update."""
    first = "end" if status.phase is Phase.IN_PROGRESS else "start"
    yield f"maintenance {first} {status.ref}"
    yield f"maintenance move {status.ref} --until 90m"


def _json(status: IncidentStatus, zone: ZoneInfo) -> dict[str, Any]:
    windows = ("window_starts_at", "window_ends_at")
    times = ("started_at", *windows, "opened_at", "reopened_at", "ended_at", "next_update_at")
    unknown = [unknown_json(message, zone) for message in status.unknown_messages]
    fields = asdict(replace(status, unknown_messages=(), answers=None, escalations=()))
    fields["answers"] = status.answers.as_json() if status.answers else None
    fields["escalations"] = [one.as_json(zone) for one in status.escalations]
    del fields["unknown_messages"]
    return fields | {name: iso(getattr(status, name), zone) for name in times} | {"unanswered": unknown}
