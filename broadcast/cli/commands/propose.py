"""`--propose`: record a notice for the approval of a second person, and show what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, Output
from broadcast.cli.output.display import json_text, show, show_json
from broadcast.cli.output.page_blocks import Remark, StyledWord, Tone, line
from broadcast.cli.output.preview import preview_json, preview_page
from broadcast.cli.output.proposals import PROPOSAL, proposal_json
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, Unfinished
from broadcast.publishing.ask_approval import Asking
from broadcast.publishing.propose import Proposed, find_proposal, propose
from broadcast.publishing.publish import Publisher
from broadcast.publishing.request import Limits, Request
from broadcast.reports.proposals import AskedPerson, asked_people
from broadcast.wiring import make_publisher, program


def propose_notice(
    request: Request, limits: Limits, settings: Settings, common: Common, output: Output
) -> int:
    """Record the proposal and show it; return the exit code."""
    with use_ledger(settings) as ledger:
        publisher = make_publisher(settings, ledger, ignore_events)
        proposed = propose(publisher, request, limits)
        said = complete(_ask(publisher, proposed, stop_by_signals()))
        proposed = replace(proposed, proposal=find_proposal(ledger, proposed.proposal.mark))
        asked = asked_people(ledger, proposed.proposal)
    show([Remark("approval", one, Tone.WARNING) for one in said], common.err)
    if output is Output.HUMAN:
        zone = settings.timezone
        show(preview_page(proposed.preview, zone, everything=common.verbose), common.err)
        mark = proposed.proposal.mark
        command = f"{program(settings)} approve {mark}"
        show([line(StyledWord(f"{mark} proposed", Tone.STRONG), f"approve with: {command}")], common.out)
        show([Remark("asked", one.shown) for one in asked], common.out)
    elif output is Output.QUIET:
        common.out.write(f"{proposed.proposal.mark}\n")
    else:
        _write_json(proposed, asked, settings, common, output)
    return 0


async def _ask(publisher: Publisher, proposed: Proposed, stop: Stop) -> list[str]:
    """Ask the people who may approve it; return what is wrong. The clock goes on with what was not sent."""
    asking, clock = Asking(publisher), publisher.deliverer.clock
    try:
        notice = asking.record(proposed.proposal, clock.now(), proposed.facts)
        if notice is not None:
            lines = await asking.send(notice, stop)
            return [one for one in lines if not one.startswith(proposed.proposal.mark)]
    except (BroadcastError, Unfinished) as error:
        # The proposal is recorded: others can be told about it by word of mouth.
        return [f"nobody could be asked: {error}" + (f"; {error.hint}" if error.hint else "")]
    return []


def _write_json(
    proposed: Proposed, asked: Sequence[AskedPerson], settings: Settings, common: Common, output: Output
) -> None:
    zone = settings.timezone
    data = {
        "schema": PROPOSAL,
        **proposal_json(proposed.proposal, zone, program(settings), asked),
        "preview": preview_json(proposed.preview, zone),
    }
    if output is Output.JSON:
        show_json(data, common.out)
    else:
        common.out.write(json_text({"event": "proposal", **data}) + "\n")
