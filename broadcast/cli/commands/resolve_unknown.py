"""`resolve-unknown`: record what happened to messages whose answer was lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from broadcast.cli import completion
from broadcast.cli.command import command
from broadcast.cli.consent import Question
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, Confirming, ListForm, MaybeIncident, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Tone, line
from broadcast.cli.output.unknown_messages import unknown_json, unknown_table
from broadcast.config.settings import Settings
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted
from broadcast.model.unknown import UnknownFinding
from broadcast.publishing.author import author
from broadcast.publishing.resolve_unknown import Resolution, Selection, propose
from broadcast.publishing.resolve_unknown import resolve_unknown as resolve
from broadcast.wiring import load_settings, program

SCHEMA = "broadcast.resolution/1"
_RECORD = Question("record that", "nothing was changed")

As = Annotated[
    UnknownFinding,
    typer.Option(
        "--as",
        metavar="WHAT",
        help="What you found at the provider: accepted, delivered or not-sent.",
    ),
]


@dataclass(frozen=True, slots=True)
class Which:
    """Which messages are meant; by default all that are unknown."""

    notice: Annotated[int | None, typer.Option(metavar="N", help="Only messages of this notice.")] = None
    channel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only messages on this channel.", autocompletion=completion.channels
        ),
    ] = None
    contact: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this contact, by id or address; repeat for more."),
    ] = None


@command(
    "broadcast resolve-unknown INC-7 --as not-sent --channel email",
    "broadcast resolve-unknown INC-7 --as delivered --contact 4711",
    "broadcast resolve-unknown --as accepted --dry-run",
)
def resolve_unknown(
    common: Common,
    which: Which,
    confirming: Confirming,
    as_: As,
    incident: MaybeIncident = None,
    output: ListForm = OutputForm.HUMAN,
) -> None:
    """Record what happened to messages whose answer was lost. Look at the provider first.

    This is for channels that cannot be asked: look at the provider's console or the mail server's log.
    Messages that were accepted or delivered are settled. Messages that were not sent wait for
    `broadcast retry`. This command sends nothing; the log keeps who recorded it, and when.
    """
    selection = Selection(incident, which.notice, which.channel, tuple(which.contact or ()))
    settings = load_settings(common.config, sandbox=common.sandbox)

    def consent(asked: Resolution) -> None:
        _RECORD.show_and_ask(common, str(len(asked.messages)), _page(asked, settings), yes=confirming.yes)

    with use_ledger(settings) as ledger:
        resolution = propose(ledger, selection, as_, author())
        if not confirming.dry_run:
            resolution = resolve(ledger, resolution, SystemClock(), consent)
    if output is OutputForm.JSON:
        show_json(_json(resolution, settings), common.out)
    else:
        show(_page(resolution, settings), common.out)


def _page(resolution: Resolution, settings: Settings) -> list[Block]:
    count, what = len(resolution.messages), resolution.finding
    if not resolution.done:
        said = f"{count:,} of unknown outcome would be recorded as {what}, on the word of {resolution.author}"
        return [
            unknown_table(resolution.messages, settings.timezone),
            line(StyledWord(resolution.incident, Tone.STRONG), said),
        ]
    said = f"{count:,} of unknown outcome recorded as {what}, on the word of {resolution.author}"
    left = f"; {counted(resolution.left, 'is', 'are')} still unknown" if resolution.left else ""
    steps = [Remark("next", step, Tone.STRONG) for step in _next(resolution, settings)]
    return [line(StyledWord(resolution.incident, Tone.STRONG), said + left), *steps]


def _next(resolution: Resolution, settings: Settings) -> tuple[str, ...]:
    if resolution.finding is UnknownFinding.NOT_SENT:
        return (f"{program(settings)} retry {resolution.incident}",)
    return (f"{program(settings)} status {resolution.incident}",) if resolution.left else ()


def _json(resolution: Resolution, settings: Settings) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "incident": resolution.incident,
        "as": resolution.finding,
        "author": resolution.author,
        "changed": resolution.done,
        "messages": [unknown_json(message, settings.timezone) for message in resolution.messages],
        "left": resolution.left,
        "next": list(_next(resolution, settings)) if resolution.done else [],
    }
