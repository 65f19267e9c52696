"""`oncall`: who is on duty, who takes over next, gaps, and absences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli import completion
from broadcast.cli.command import command
from broadcast.cli.commands.absent import absent
from broadcast.cli.default_command import default_group
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.durations import parse_any_moment
from broadcast.contacts.rota import HandOver, Period
from broadcast.errors import NothingMatched
from broadcast.model.clock import SystemClock
from broadcast.model.contact import Contact
from broadcast.model.mask import mask
from broadcast.model.names import listed
from broadcast.publishing.on_duty import DutyReport, DutyTurn, StaffedRota, duty_report, read_rota
from broadcast.wiring import load_settings

SCHEMA = "broadcast.oncall/1"
_NOBODY = 3

RotaName = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="The rota; all of them if it is left out.", autocompletion=completion.rotas
    ),
]
At = Annotated[str, typer.Option(metavar="TIME", help="At this time: now, 22:00, 2h or 2026-12-24T08:00.")]
Clear = Annotated[bool, typer.Option("--clear-text", help="Whole addresses; they are masked otherwise.")]


@command("broadcast oncall", "broadcast oncall support --at 2026-12-24T08:00", name="oncall")
def show_duty(
    common: Common,
    name: RotaName = None,
    at: At = "now",
    clear: Clear = False,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Show who is on duty and until when, who takes over next, and the gaps of the next 7 days.

    Ends with exit code 3 if nobody is on duty in one of the rotas.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    if not settings.oncall:
        raise NothingMatched("there is no rota", hint="add a table [oncall.NAME] with contacts and shifts")
    moment = parse_any_moment(at, SystemClock().now(), settings.timezone)
    with use_ledger(settings) as ledger:
        names = [name] if name else [*settings.oncall]
        found = [duty_report(read_rota(settings, ledger, one, moment), moment) for one in names]
    if output is OutputForm.JSON:
        rotas = [_json(one, settings.timezone, clear=clear) for one in found]
        show_json({"schema": SCHEMA, "at": iso(moment, settings.timezone), "rotas": rotas}, common.out)
    else:
        show([block for one in found for block in _page(one, settings.timezone, clear=clear)], common.out)
    return 0 if all(one.turns for one in found) else _NOBODY


def _page(report: DutyReport, zone: ZoneInfo, *, clear: bool) -> Iterator[Block]:
    rows = tuple(_row(turn, zone, clear=clear) for turn in report.turns)
    if rows:
        yield Table(("on duty", "id", "phone", "email", "until"), rows, report.rota.name)
    else:
        yield Remark(report.rota.name, "nobody is on duty", Tone.BAD)
    if report.following:
        yield Remark("then", _hand_over(report.following, report.rota, zone))
    yield from _gap_remarks(report.gaps, zone)
    for who in report.rota.unknown:
        yield Remark("warning", f"{who} has shifts and is in no contacts file of the rota", Tone.WARNING)
    for turn in report.turns:
        if turn.contact.barred:
            barred = ", ".join(map(str, turn.contact.barred))
            yield Remark("warning", f"{_name(turn.contact)} is not reached: {barred}", Tone.WARNING)
    for contact in report.rota.unreachable:
        yield Remark("warning", f"{_name(contact)} has shifts and no address to use", Tone.WARNING)


def _gap_remarks(gaps: Sequence[Period], zone: ZoneInfo) -> Iterator[Block]:
    """Yield a line for each gap."""
    for gap in gaps:
        period = f"{clock_time(gap.starts, zone)} to {clock_time(gap.ends, zone)}"
        yield Remark("gap", f"nobody is on duty from {period}", Tone.WARNING)


def _row(turn: DutyTurn, zone: ZoneInfo, *, clear: bool) -> tuple[str | StyledWord, ...]:
    contact = turn.contact
    return (
        StyledWord(_name(contact), Tone.STRONG),
        contact.id,
        _shown(contact.phone, clear=clear),
        _shown(contact.email, clear=clear),
        clock_time(turn.until, zone) or "further notice",
    )


def _hand_over(hand_over: HandOver, rota: StaffedRota, zone: ZoneInfo) -> str:
    people = listed(map(_name, rota.people(hand_over.people)))
    return f"from {clock_time(hand_over.at, zone)}: {people or 'nobody'}"


def _name(contact: Contact) -> str:
    return contact.name or contact.id


def _shown(address: str | None, *, clear: bool) -> str:
    if not address:
        return ""
    return address if clear else mask(address)


def _json(report: DutyReport, zone: ZoneInfo, *, clear: bool) -> dict[str, Any]:
    following = report.following
    return {
        "name": report.rota.name,
        "on_duty": [
            {
                **_person(turn.contact, clear=clear),
                "until": iso(turn.until, zone),
                "barred": [str(one) for one in turn.contact.barred],
            }
            for turn in report.turns
        ],
        "next": following
        and {
            "at": iso(following.at, zone),
            "on_duty": [_person(one, clear=clear) for one in report.rota.people(following.people)],
        },
        "gaps": _periods_json(report.gaps, zone),
        "unknown": list(report.rota.unknown),
        "unreachable": [one.id for one in report.rota.unreachable],
    }


def _periods_json(periods: Sequence[Period], zone: ZoneInfo) -> list[dict[str, str | None]]:
    """Return periods for programs."""
    return [{"from": iso(one.starts, zone), "until": iso(one.ends, zone)} for one in periods]


def _person(contact: Contact, *, clear: bool) -> dict[str, str]:
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": _shown(contact.phone, clear=clear),
        "email": _shown(contact.email, clear=clear),
    }


oncall = default_group(
    "oncall",
    show_duty,
    (absent,),
    (
        "broadcast oncall",
        "broadcast oncall support --at 2026-12-24T08:00",
        "broadcast oncall absent a-17 --until 2026-12-04",
    ),
)
