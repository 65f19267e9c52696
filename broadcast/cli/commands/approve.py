"""`approve`: release a notice that somebody else proposed."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from broadcast.cli.command import command
from broadcast.cli.commands.propose import proposal_json
from broadcast.cli.consent import ConsentPrompt
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, Output, RunOptions
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, StyledWord, Table, Tone, line
from broadcast.cli.output.progress import show_progress
from broadcast.cli.output.show_result import show_result
from broadcast.cli.output.timestamps import clock_time
from broadcast.cli.request_input import read_limits
from broadcast.config.settings import Settings
from broadcast.ledger.proposals import Proposal
from broadcast.model.clock import SystemClock
from broadcast.publishing.propose import approve as approve_proposal
from broadcast.publishing.propose import find_approver, find_proposal
from broadcast.wiring import load_settings, make_publisher, program

SCHEMA = "broadcast.proposals/1"

Mark = Annotated[
    str | None,
    typer.Argument(
        metavar="[INC/N]", help="The proposal, such as INC-7/2; without it, all that wait are listed."
    ),
]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="ID", help="Who you are: an id, mailbox or name in the contacts."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Release without asking.")]


@command("broadcast approve", "broadcast approve INC-7/2", "broadcast approve INC-7/2 --as a-4 --yes")
def approve(common: Common, run: RunOptions, proposal: Mark = None, as_: As = None, yes: Yes = False) -> int:
    """Release a notice that somebody else proposed with --propose: exactly that is sent, once.

    Shows the notice and asks. If a text, a recipient or a channel changed since, or another notice was
    published, nothing is sent (exit code 8). Without a proposal, lists those that wait.
    """
    limits = read_limits(run)
    settings = load_settings(common.config, sandbox=common.sandbox)
    if proposal is None:
        return _list(settings, common, run.output)
    asking = ConsentPrompt(common, settings.timezone, yes)
    with use_ledger(settings) as ledger, show_progress(common, run.output) as listener:
        found = find_proposal(ledger, proposal)
        by = find_approver(settings, ledger, found, as_, SystemClock().now())
        publisher = make_publisher(settings, ledger, listener)
        result = complete(approve_proposal(publisher, found, by, limits, asking, stop_by_signals()))
    show_result(result, run.output, settings.timezone, common, asking.warned)
    return result.exit_code


def _list(settings: Settings, common: Common, output: Output) -> int:
    with use_ledger(settings) as ledger:
        waiting = ledger.proposals.waiting()
    if output is Output.HUMAN:
        show(_page(waiting, settings), common.out)
    else:
        rows = [proposal_json(one, settings.timezone, program(settings)) for one in waiting]
        show_json({"schema": SCHEMA, "proposals": rows}, common.out)
    return 0


def _page(waiting: list[Proposal], settings: Settings) -> list[Block]:
    if not waiting:
        return [line("nothing waits for approval")]
    rows = tuple(
        (
            StyledWord(one.mark, Tone.STRONG),
            _title(one),
            one.author,
            clock_time(one.at, settings.timezone),
            one.digest[:12],
        )
        for one in waiting
    )
    return [
        Table(("proposal", "title", "author", "since", "hash"), rows),
        line(f"look at one and release it: {program(settings)} approve {waiting[0].mark}"),
    ]


def _title(proposal: Proposal) -> str:
    """Return the words by which a person recognises a proposal."""
    given = json.loads(proposal.request)
    return str(given.get("title") or given.get("message") or given["verb"])
