"""`confirm`: record by hand that a person confirmed a notice."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, MaybeIncident, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, line
from broadcast.cli.output.timestamps import iso
from broadcast.errors import UsageError
from broadcast.inbound.by_hand import HandConfirmation, Sought, confirm_by_hand
from broadcast.ledger.confirmations import Confirmation
from broadcast.model.clock import SystemClock
from broadcast.model.question import CONFIRM
from broadcast.publishing.author import author
from broadcast.wiring import load_settings

SCHEMA = "broadcast.confirmation/1"
_WORDS = {CONFIRM: "confirmed", "pass-on": "passed on", "decline": "declined"}

By = Annotated[
    str | None,
    typer.Option(
        metavar="CONTACT", help="Who confirmed: id, AUDIENCE:ID, name, phone number or e-mail address."
    ),
]
Note = Annotated[str, typer.Option(metavar="TEXT", help="What they said; the log shows it.")]
NoticeNumber = Annotated[
    int | None,
    typer.Option(
        "--notice", metavar="N", help="The notice; by default the latest that asks for confirmation."
    ),
]


@command(
    "broadcast confirm INC-7 --by a-17",
    'broadcast confirm INC-7 --by "Anna Berg" --note "called back, is on the way"',
    'broadcast confirm INC-7 --by "+49 151 12345678"',
)
def confirm(
    common: Common,
    incident: MaybeIncident = None,
    by: By = None,
    note: Note = "",
    notice: NoticeNumber = None,
    output: ListForm = OutputForm.HUMAN,
) -> None:
    """Record by hand that a person confirmed a notice: they called, or said it in the room.

    Nothing more of the notice is sent to the person. It counts instead of an earlier "pass on" or "cannot";
    an earlier confirmation is shown and stays. Without --by, the notice must be for one person only. The exit
    code is 3 if the notice is not for that person, and 2 if several people match: they are listed.
    """
    if by is not None and not by.strip():
        raise UsageError("--by is empty", hint="give an id, a name, a phone number or an e-mail address")
    settings = load_settings(common.config, sandbox=common.sandbox)
    sought = Sought(incident=incident, by=by, notice=notice, region=settings.region)
    with use_ledger(settings) as ledger:
        done = confirm_by_hand(ledger, sought, SystemClock().now(), author(), note.strip())
    if output is OutputForm.JSON:
        show_json(_json(done, settings.timezone), common.out)
    else:
        show(_page(done, settings.timezone), common.out)


def _page(done: HandConfirmation, zone: ZoneInfo) -> list[Block]:
    if done.changed:
        return [line(f"{done.mark} confirmed by {done.name}")]
    (first, *_) = done.answers
    said = f"{done.mark} was already {_WORDS.get(first.answer, first.answer)} by {done.name}"
    return [line(f"{said} at {first.at.astimezone(zone):%H:%M} by {first.means}")]


def _json(done: HandConfirmation, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "incident": done.incident,
        "notice": done.notice,
        "name": done.name,
        "changed": done.changed,
        "answers": [_answer(one, zone) for one in done.answers],
    }


def _answer(answer: Confirmation, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "audience": answer.audience,
        "contact": answer.contact,
        "answer": answer.answer,
        "means": answer.means,
        "channel": answer.channel,
        "author": answer.author,
        "note": answer.note,
        "at": iso(answer.at, zone),
        "late": answer.late,
    }
