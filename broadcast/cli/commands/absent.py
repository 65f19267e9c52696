"""`oncall absent`: who of a rota is away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.durations import parse_any_moment, parse_last_moment
from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched, UsageError
from broadcast.ledger.absences import Absence
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.publishing.absence import OpenedGap, find_member, opened_gaps
from broadcast.publishing.author import author
from broadcast.wiring import load_settings

SCHEMA = "broadcast.absences/1"

Who = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="Who is away: the id, mailbox or name in the contacts.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceOptions:
    """What to do about an absence."""

    starts: Annotated[
        str, typer.Option("--from", metavar="TIME", help="Since when: now, 14:00, or a day: 2026-12-04.")
    ] = "now"
    ends: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="Until when: 18:00, 2d, or a day, which counts whole."),
    ] = None
    note: Annotated[str, typer.Option(metavar="TEXT", help="A remark, such as the deputy. Not why.")] = ""
    listed: Annotated[bool, typer.Option("--list", help="Show absences that are not over.")] = False
    cancel: Annotated[bool, typer.Option("--cancel", help="The person is back: take absences back.")] = False


@command(
    "broadcast oncall absent a-17 --until 2026-12-04",
    'broadcast oncall absent a-17 --from 2026-12-24 --until 2026-12-26 --note "a-4 stands in"',
    "broadcast oncall absent a-17 --cancel",
    "broadcast oncall absent --list",
)
def absent(
    common: Common, wanted: AbsenceOptions, who: Who = None, output: ListForm = OutputForm.HUMAN
) -> None:
    """Enter that a person of a rota is away; --list shows who is, --cancel takes it back.

    Shows the gaps that this opens in the rotas.
    """
    _check(who, wanted)
    settings = load_settings(common.config, sandbox=common.sandbox)
    now = SystemClock().now()
    gaps: Sequence[OpenedGap] = ()
    with use_ledger(settings) as ledger:
        if wanted.listed:
            found = ledger.absences.after(now)
        elif wanted.cancel:
            found = _cancel(ledger, settings, str(who), now)
        else:
            found = [_absence(settings, str(who), wanted, now)]
            ledger.absences.record(found[0])
            gaps = opened_gaps(settings, ledger, found[0])
    if output is OutputForm.JSON:
        show_json(_json(found, gaps, settings.timezone), common.out)
    else:
        show([*_page(found, settings.timezone), *_gaps(gaps, settings.timezone)], common.out)


def _check(who: str | None, wanted: AbsenceOptions) -> None:
    if wanted.listed and (who or wanted.cancel or wanted.ends):
        raise UsageError("--list takes nothing else", hint="broadcast oncall absent --list")
    if wanted.listed:
        return
    if not who:
        example = "--cancel" if wanted.cancel else "--until 2d"
        raise UsageError("nobody is named", hint=f"broadcast oncall absent ID {example}")
    if wanted.cancel and wanted.ends:
        raise UsageError("--cancel takes no --until", hint=f"broadcast oncall absent {who} --cancel")
    if not wanted.cancel and not wanted.ends:
        raise UsageError("--until is missing", hint=f"broadcast oncall absent {who} --until 2d")


def _absence(settings: Settings, who: str, wanted: AbsenceOptions, now: datetime) -> Absence:
    starts = parse_any_moment(wanted.starts, now, settings.timezone)
    ends = parse_last_moment(wanted.ends or "", starts, settings.timezone)
    if ends <= now:
        shown = clock_time(ends, settings.timezone)
        raise UsageError(f"the absence would be over: it ends at {shown}", hint="give a later --until")
    return Absence(
        contact=find_member(settings, who),
        starts=starts,
        ends=ends,
        note=wanted.note,
        author=author(),
        at=now,
    )


def _cancel(ledger: Ledger, settings: Settings, who: str, now: datetime) -> list[Absence]:
    """Take back the absences of a person, who may have left the contacts files by now."""
    absent_people = {one.contact for one in ledger.absences.after(now)}
    id = who if who in absent_people else find_member(settings, who)
    found = ledger.absences.cancel(id, author(), now)
    if not found:
        raise NothingMatched(f"{who} is not entered as absent", hint="broadcast oncall absent --list")
    return found


def _page(found: Sequence[Absence], zone: ZoneInfo) -> list[Block]:
    if not found:
        return [line("nobody is entered as absent")]
    rows = tuple(
        (
            StyledWord(one.contact, Tone.STRONG),
            clock_time(one.starts, zone),
            clock_time(one.ends, zone),
            "taken back" if one.cancelled_at else "absent",
            one.note,
            one.author,
        )
        for one in found
    )
    return [Table(("id", "from", "until", "state", "note", "entered by"), rows)]


def _gaps(gaps: Sequence[OpenedGap], zone: ZoneInfo) -> Iterator[Block]:
    for gap in gaps:
        period = f"{clock_time(gap.period.starts, zone)} to {clock_time(gap.period.ends, zone)}"
        yield Remark("gap", f"nobody is on duty in {gap.rota} from {period}", Tone.WARNING)


def _json(found: Sequence[Absence], gaps: Sequence[OpenedGap], zone: ZoneInfo) -> dict[str, Any]:
    absences = [
        {
            "id": one.contact,
            "from": iso(one.starts, zone),
            "until": iso(one.ends, zone),
            "note": one.note,
            "author": one.author,
            "recorded_at": iso(one.at, zone),
            "cancelled_at": iso(one.cancelled_at, zone),
        }
        for one in found
    ]
    opened = [
        {"rota": gap.rota, "from": iso(gap.period.starts, zone), "until": iso(gap.period.ends, zone)}
        for gap in gaps
    ]
    return {"schema": SCHEMA, "absences": absences, "gaps": opened}
