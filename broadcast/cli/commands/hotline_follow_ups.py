"""`hotline callbacks` and `hotline tickets`: what callers are owed, who has it, and that it is done."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command, group
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.errors import NothingMatched
from broadcast.ledger.call_follow_ups import CallBack, CallerTicket
from broadcast.model.clock import SystemClock
from broadcast.model.mask import mask
from broadcast.publishing.author import author
from broadcast.wiring import load_settings

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Its number in the list.")]
Clear = Annotated[bool, typer.Option("--clear-text", help="Whole phone numbers; they are masked otherwise.")]
Note = Annotated[str, typer.Option(metavar="TEXT", help="What came of it.")]


@command("broadcast hotline callbacks list", name="list")
def list_call_backs(common: Common, clear: Clear = False, output: ListForm = OutputForm.HUMAN) -> None:
    """List who waits to be called back, in the order in which they asked."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        found = ledger.call_follow_ups.call_backs()
    if output is OutputForm.JSON:
        lines = [_call_back_json(one, settings.timezone, clear=clear) for one in found]
        show_json({"schema": "broadcast.callbacks/1", "callbacks": lines}, common.out)
    else:
        show(_call_backs(found, settings.timezone, clear=clear), common.out)


@command("broadcast hotline callbacks take 3", name="take")
def take_call_back(common: Common, number: Number) -> None:
    """Take a call-back, so that nobody else calls this person, and show the number to dial."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        waiting = {one.id: one for one in ledger.call_follow_ups.call_backs()}
        if not ledger.call_follow_ups.take_call_back(number, author()):
            raise NothingMatched(
                f"no call-back waits under the number {number}", hint="`broadcast hotline callbacks list`"
            )
    show(
        [line(f"call {waiting[number].number}, then: broadcast hotline callbacks done {number}")], common.out
    )


@command("broadcast hotline callbacks again 3", name="again")
def return_call_back(common: Common, number: Number) -> None:
    """Put a call-back that reached nobody back into its place; after the third try it is given up."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        say_so = settings.calls is not None and settings.calls.sms is not None
        if not ledger.call_follow_ups.return_call_back(number, SystemClock().now(), say_so=say_so):
            raise NothingMatched(
                f"nobody has taken call-back {number}", hint="`broadcast hotline callbacks list`"
            )
    show([line(f"call-back {number} waits again")], common.out)


@command("broadcast hotline callbacks done 3 --note 'order found'", name="done")
def end_call_back(common: Common, number: Number, note: Note = "") -> None:
    """Record that a person was called back; the phone number is erased from the list."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        if not ledger.call_follow_ups.end_call_back(number, note, SystemClock().now()):
            raise NothingMatched(
                f"no call-back is open under the number {number}", hint="`broadcast hotline callbacks list`"
            )
    show([line(f"call-back {number} is done")], common.out)


@command("broadcast hotline tickets list", name="list")
def list_tickets(common: Common, clear: Clear = False, output: ListForm = OutputForm.HUMAN) -> None:
    """List the messages that callers left, the most urgent first."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        found = ledger.call_follow_ups.tickets()
    if output is OutputForm.JSON:
        lines = [_ticket_json(one, settings.timezone, clear=clear) for one in found]
        show_json({"schema": "broadcast.tickets/1", "tickets": lines}, common.out)
    else:
        show(_tickets(found, settings.timezone, clear=clear), common.out)


@command("broadcast hotline tickets take 3", name="take")
def take_ticket(common: Common, number: Number) -> None:
    """Take a message, so that nobody else answers it, and show where it can be heard."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        waiting = {one.id: one for one in ledger.call_follow_ups.tickets()}
        if not ledger.call_follow_ups.take_ticket(number, author()):
            raise NothingMatched(
                f"no message waits under the number {number}", hint="`broadcast hotline tickets list`"
            )
    ticket = waiting[number]
    show([line(f"{ticket.caller or 'withheld number'}: {ticket.recording}")], common.out)


@command("broadcast hotline tickets done 3 --note 'called, solved'", name="done")
def end_ticket(common: Common, number: Number, note: Note = "") -> None:
    """Record that a message was answered."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        if not ledger.call_follow_ups.end_ticket(number, note, SystemClock().now()):
            raise NothingMatched(
                f"no message is open under the number {number}", hint="`broadcast hotline tickets list`"
            )
    show([line(f"ticket {number} is done")], common.out)


callbacks = group(
    "callbacks",
    "List, take and end call-backs.",
    [list_call_backs, take_call_back, return_call_back, end_call_back],
    ["broadcast hotline callbacks list", "broadcast hotline callbacks take 3"],
)
tickets = group(
    "tickets",
    "List, take and end messages that callers left.",
    [list_tickets, take_ticket, end_ticket],
    ["broadcast hotline tickets list", "broadcast hotline tickets take 3"],
)


def _call_backs(found: list[CallBack], zone: ZoneInfo, *, clear: bool) -> list[Block]:
    if not found:
        return [line("nobody waits to be called back")]
    rows = tuple(
        (
            StyledWord(str(one.id), Tone.STRONG),
            clock_time(one.requested_at, zone),
            _number(one.number, clear=clear),
            one.locale,
            one.topic,
            str(one.tries),
            one.owner,
        )
        for one in found
    )
    return [Table(("number", "asked at", "phone", "language", "topic", "tries", "taken by"), rows)]


def _tickets(found: list[CallerTicket], zone: ZoneInfo, *, clear: bool) -> list[Block]:
    if not found:
        return [line("no message waits")]
    rows = tuple(
        (
            StyledWord(str(one.id), Tone.STRONG),
            clock_time(one.opened_at, zone),
            clock_time(one.due_at, zone),
            _number(one.caller, clear=clear),
            one.locale,
            one.topic,
            f"{one.seconds} s",
            one.owner,
            one.desk_ref,
        )
        for one in found
    )
    return [
        Table(("number", "left at", "due", "phone", "language", "topic", "length", "taken by", "desk"), rows)
    ]


def _number(number: str, *, clear: bool) -> str:
    if not number:
        return "withheld"
    return number if clear else mask(number)


def _call_back_json(one: CallBack, zone: ZoneInfo, *, clear: bool) -> dict[str, Any]:
    return {
        "number": one.id,
        "phone": _number(one.number, clear=clear),
        "locale": one.locale,
        "topic": one.topic,
        "requested_at": iso(one.requested_at, zone),
        "next_at": iso(one.next_at, zone),
        "tries": one.tries,
        "owner": one.owner or None,
    }


def _ticket_json(one: CallerTicket, zone: ZoneInfo, *, clear: bool) -> dict[str, Any]:
    return {
        "number": one.id,
        "phone": _number(one.caller, clear=clear),
        "locale": one.locale,
        "topic": one.topic,
        "seconds": one.seconds,
        "opened_at": iso(one.opened_at, zone),
        "due_at": iso(one.due_at, zone),
        "owner": one.owner or None,
        "desk": one.desk_ref or None,
    }
