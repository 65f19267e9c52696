"""Proposals for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.timestamps import iso
from broadcast.ledger.proposals import Proposal
from broadcast.reports.proposals import AskedPerson

#: The schema of one proposal.
PROPOSAL = "broadcast.proposal/1"


def proposal_json(
    proposal: Proposal, zone: ZoneInfo, name: str, asked: Sequence[AskedPerson] = ()
) -> dict[str, Any]:
    """Return a proposal for programs; `name` is how this program was called, `asked` who was asked."""
    return {
        "proposal": proposal.mark,
        "incident": proposal.incident,
        "notice": proposal.sequence,
        "title": proposal.title,
        "state": proposal.state,
        "author": proposal.author,
        "at": iso(proposal.at, zone),
        "valid_until": iso(proposal.valid_until, zone),
        "hash": proposal.digest,
        "asked": [{"who": one.who, "channel": one.channel, "state": one.state} for one in asked],
        "decided_by": proposal.decided_by,
        "decided_at": iso(proposal.decided_at, zone),
        "means": proposal.means,
        "note": proposal.note,
        "approve": f"{name} approve {proposal.mark}",
    }
