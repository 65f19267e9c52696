"""`--propose`: record a notice for the approval of a second person, and show what was recorded."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, Output
from broadcast.cli.output.display import json_text, show, show_json
from broadcast.cli.output.page_blocks import StyledWord, Tone, line
from broadcast.cli.output.preview import preview_json, preview_page
from broadcast.cli.output.timestamps import iso
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.ledger.proposals import Proposal
from broadcast.publishing.propose import Proposed, propose
from broadcast.publishing.request import Limits, Request
from broadcast.wiring import make_publisher, program

SCHEMA = "broadcast.proposal/1"


def propose_notice(
    request: Request, limits: Limits, settings: Settings, common: Common, output: Output
) -> int:
    """Record the proposal and show it; return the exit code."""
    with use_ledger(settings) as ledger:
        proposed = propose(make_publisher(settings, ledger, ignore_events), request, limits)
    if output is Output.HUMAN:
        zone = settings.timezone
        show(preview_page(proposed.preview, zone, everything=common.verbose), common.err)
        mark = proposed.proposal.mark
        command = f"{program(settings)} approve {mark}"
        show([line(StyledWord(f"{mark} proposed", Tone.STRONG), f"approve with: {command}")], common.out)
    elif output is Output.QUIET:
        common.out.write(f"{proposed.proposal.mark}\n")
    else:
        _write_json(proposed, settings, common, output)
    return 0


def _write_json(proposed: Proposed, settings: Settings, common: Common, output: Output) -> None:
    zone = settings.timezone
    data = {
        "schema": SCHEMA,
        **proposal_json(proposed.proposal, zone, program(settings)),
        "preview": preview_json(proposed.preview, zone),
    }
    if output is Output.JSON:
        show_json(data, common.out)
    else:
        common.out.write(json_text({"event": "proposal", **data}) + "\n")


def proposal_json(proposal: Proposal, zone: ZoneInfo, name: str) -> dict[str, Any]:
    """Return a proposal for programs; `name` is how this program was called."""
    return {
        "proposal": proposal.mark,
        "incident": proposal.incident,
        "notice": proposal.sequence,
        "state": proposal.state,
        "author": proposal.author,
        "at": iso(proposal.at, zone),
        "hash": proposal.digest,
        "decided_by": proposal.decided_by,
        "decided_at": iso(proposal.decided_at, zone),
        "approve": f"{name} approve {proposal.mark}",
    }
