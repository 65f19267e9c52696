"""Proposals: which are open, who was asked about them, and what became of them. From the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import LONGEST, Proposal, ProposalState
from broadcast.model.counted import counted
from broadcast.model.ids import base_id


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """A person who was asked to approve a proposal: by which channel, and what became of the message."""

    who: str
    channel: str
    state: str

    @property
    def shown(self) -> str:
        """The person in words: `l-2 by sms (delivered)`."""
        return (
            f"{self.who} by {self.channel} ({self.state})" if self.channel else f"{self.who} ({self.state})"
        )


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposal that waits, was approved and is not sent yet, or is void, and who was asked."""

    proposal: Proposal
    asked: tuple[AskedPerson, ...]


def asked_people(ledger: Ledger, proposal: Proposal) -> tuple[AskedPerson, ...]:
    """Return the people who were asked about a proposal."""
    if proposal.asking is None:
        return ()
    lines = ledger.history.lines(ledger.incidents.notice(proposal.asking))
    return tuple(AskedPerson(base_id(one.contact), one.channel or "", str(one.state)) for one in lines)


def open_proposals(ledger: Ledger, now: datetime, incident: str | None = None) -> Sequence[OpenProposal]:
    """Return the proposals that can be decided, those that are approved and not sent yet, and void ones.

    A void one is there for a day, until another is proposed in its place or another notice is published.
    `incident` is the only incident to look at; None for all, and for those that a proposal is to open.
    """
    waiting = [one for one in ledger.proposals.waiting() if now < one.valid_until]
    found = [*_void(ledger, now), *ledger.proposals.unpublished(), *waiting]
    return [
        OpenProposal(one, asked_people(ledger, one))
        for one in found
        if incident is None or one.incident == incident
    ]


def _void(ledger: Ledger, now: datetime) -> list[Proposal]:
    """Return the proposals that were approved lately and not sent, and nothing took their place."""
    proposals = ledger.proposals.all()
    latest = {one.mark: one.id for one in proposals}
    void = [one for one in proposals if one.state is ProposalState.VOID and latest[one.mark] == one.id]
    if not void:
        return []
    incidents = {one.ref: one for one in ledger.incidents.all()}
    published = {ref: ledger.incidents.latest(one) for ref, one in incidents.items()}
    return [
        one
        for one in void
        if one.decided_at
        and now - one.decided_at < LONGEST
        and (published.get(one.incident) or (0, 0))[1] < one.sequence
    ]


def history_of(ledger: Ledger, proposal: Proposal) -> Iterator[tuple[datetime, str]]:
    """Yield when a proposal was recorded, when people were asked, and what was decided."""
    yield proposal.at, f"{proposal.mark} proposed by {proposal.author}"
    if proposal.asking is not None:
        asked = asked_people(ledger, proposal)
        at = ledger.incidents.notice(proposal.asking).created_at
        yield at, f"{counted(len(asked), 'person', 'people')} asked to approve {proposal.mark}"
    if proposal.decided_at is not None:
        by = f" by {proposal.decided_by}" if proposal.decided_by else ""
        means = f" ({proposal.means})" if proposal.means else ""
        void = proposal.state is ProposalState.VOID
        note = f": {proposal.note}" if proposal.note else ""
        state = f"approved{by}{means} and not sent" if void else f"{proposal.state}{by}{means}"
        yield proposal.decided_at, f"{proposal.mark} {state}{note}"
