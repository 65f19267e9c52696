"""`approve`: release a notice that somebody else proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import typer

from broadcast.cli.command import command
from broadcast.cli.consent import ConsentPrompt
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.notice_options import RunOptions
from broadcast.cli.options import Common, Output
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, StyledWord, Table, Tone, line
from broadcast.cli.output.progress import show_progress
from broadcast.cli.output.proposals import PROPOSAL, proposal_json
from broadcast.cli.output.show_result import show_result
from broadcast.cli.output.timestamps import clock_time
from broadcast.cli.request_input import read_limits
from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.ledger.proposals import Proposal, ProposalDecision, ProposalState
from broadcast.model.clock import SystemClock
from broadcast.publishing.propose import approve as approve_proposal
from broadcast.publishing.propose import check_own, decide_otherwise, find_approver, find_proposal
from broadcast.rendering.clean import one_line
from broadcast.reports.proposals import open_proposals
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


@dataclass(frozen=True, slots=True)
class ProposalEndOptions:
    """How a person ends a proposal without sending it."""

    decline: Annotated[bool, typer.Option("--decline", help="Say no: nothing is sent.")] = False
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take your own proposal back.")] = False
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, with --decline or --withdraw.")] = (
        None
    )

    @property
    def state(self) -> ProposalState | None:
        """What it makes of the proposal; None if it is not ended. Raises `UsageError`."""
        if self.decline and self.withdraw:
            raise UsageError("--decline does not go with --withdraw", hint="give one of them")
        if self.note is not None and not (self.decline or self.withdraw):
            raise UsageError("--note goes with --decline or --withdraw only", hint="leave it out")
        if self.decline:
            return ProposalState.DECLINED
        return ProposalState.WITHDRAWN if self.withdraw else None


@command(
    "broadcast approve",
    "broadcast approve INC-7/2",
    "broadcast approve INC-7/2 --as a-4 --yes",
    'broadcast approve INC-7/2 --decline --note "wrong service"',
)
def approve(
    common: Common,
    run: RunOptions,
    ends: ProposalEndOptions,
    proposal: Mark = None,
    as_: As = None,
    yes: Yes = False,
) -> int:
    """Release a notice that somebody else proposed with --propose: exactly that is sent, once.

    Shows the notice and asks. If a text, a recipient or a channel changed since, or another notice was
    published, nothing is sent (exit code 8). Without a proposal, lists those that wait.
    """
    ending = ends.state
    if ending and proposal is None:
        raise UsageError("the proposal is missing", hint="name it: broadcast approve INC-7/2 --decline")
    limits = read_limits(run)
    settings = load_settings(common.config, sandbox=common.sandbox)
    if proposal is None:
        return _list(settings, common, run.output)
    if ending:
        return _end(settings, common, run.output, proposal, _ProposalEnd(ending, as_, ends.note or ""))
    asking = ConsentPrompt(common, settings.timezone, yes)
    with use_ledger(settings) as ledger, show_progress(common, run.output) as listener:
        found = find_proposal(ledger, proposal)
        by = find_approver(settings, ledger, found, as_, SystemClock().now())
        publisher = make_publisher(settings, ledger, listener)
        result = complete(approve_proposal(publisher, found, by, limits, asking, stop_by_signals()))
    show_result(result, run.output, settings.timezone, common, asking.warned)
    return result.exit_code


class _ProposalEnd(NamedTuple):
    """Who ends a proposal, how, and why."""

    state: ProposalState
    named: str | None
    note: str


def _end(settings: Settings, common: Common, output: Output, mark: str, ending: _ProposalEnd) -> int:
    """Decline a proposal, or take it back, and show that; return the exit code."""
    now = SystemClock().now()
    with use_ledger(settings) as ledger:
        found = find_proposal(ledger, mark)
        if ending.state is ProposalState.DECLINED:
            by = find_approver(settings, ledger, found, ending.named, now)
        else:
            by = check_own(found, ending.named)
        decided = ProposalDecision(state=ending.state, by=by, at=now, note=one_line(ending.note))
        decide_otherwise(ledger, found, decided)
        ended = find_proposal(ledger, mark)
    if output is Output.HUMAN:
        said = f"{ending.state} by {by}; nothing is sent"
        show([line(StyledWord(found.mark, Tone.STRONG), said)], common.out)
    elif output is Output.QUIET:
        common.out.write(f"{found.mark}\n")
    else:
        data = {"schema": PROPOSAL, **proposal_json(ended, settings.timezone, program(settings))}
        show_json(data, common.out)
    return 0


def _list(settings: Settings, common: Common, output: Output) -> int:
    with use_ledger(settings) as ledger:
        found = open_proposals(ledger, SystemClock().now())
    waiting = [one for one in found if one.proposal.state is ProposalState.WAITING]
    if output is Output.HUMAN:
        show(_page([one.proposal for one in waiting], settings), common.out)
    else:
        zone, name = settings.timezone, program(settings)
        rows = [proposal_json(one.proposal, zone, name, one.asked) for one in waiting]
        show_json({"schema": SCHEMA, "proposals": rows}, common.out)
    return 0


def _page(waiting: list[Proposal], settings: Settings) -> list[Block]:
    if not waiting:
        return [line("nothing waits for approval")]
    rows = tuple(
        (
            StyledWord(one.mark, Tone.STRONG),
            one.title,
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
