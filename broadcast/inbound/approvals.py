"""What people answer who are asked to approve a proposal, and what has become of it.

An answer is one transaction, which only records it: the clock sends what was approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcast.ledger.confirmations import Asked
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import Proposal, ProposalDecision, ProposalState
from broadcast.model.confirm_token import delivery_number, is_genuine
from broadcast.model.ids import base_id
from broadcast.model.question import AnswerMeans

#: How much of a note is kept, in characters.
_LONGEST_NOTE = 500


class ApprovalStanding(StrEnum):
    """How a proposal stands; only one that waits can be decided."""

    WAITING = "waiting"
    APPROVED = "approved"  # it is about to be sent
    PUBLISHED = "published"
    VOID = "void"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    OUTDATED = "outdated"
    OVERTAKEN = "overtaken"  # another notice of the incident was published since
    OVER = "over"  # the incident has ended since
    OWN = "own"  # the person who is asked proposed it


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLink:
    """What a genuine link is about: the person who was asked, the proposal, and how it stands."""

    asked: Asked
    proposal: Proposal
    standing: ApprovalStanding
    drill: bool


_DECIDED = {
    ProposalState.DECLINED: ApprovalStanding.DECLINED,
    ProposalState.WITHDRAWN: ApprovalStanding.WITHDRAWN,
    ProposalState.REPLACED: ApprovalStanding.REPLACED,
    ProposalState.VOID: ApprovalStanding.VOID,
}


def standing(ledger: Ledger, proposal: Proposal, now: datetime) -> ApprovalStanding:
    """Return how a proposal stands."""
    if proposal.state in _DECIDED:
        return _DECIDED[proposal.state]
    if ledger.incidents.notice_with_key(proposal.key):
        return ApprovalStanding.PUBLISHED
    if proposal.state is ProposalState.APPROVED:
        return ApprovalStanding.APPROVED
    incident = next((one for one in ledger.incidents.all() if one.ref == proposal.incident), None)
    latest = ledger.incidents.latest(incident) if incident else None
    if incident and latest and latest[1] >= proposal.sequence:
        return ApprovalStanding.OVER if incident.phase.closed else ApprovalStanding.OVERTAKEN
    return ApprovalStanding.WAITING if now < proposal.valid_until else ApprovalStanding.OUTDATED


def open_approval(ledger: Ledger, token: str, now: datetime) -> ApprovalLink | None:
    """Return what a link is about, and change nothing; None if we did not make it."""
    number = delivery_number(token)
    found = None if number is None else ledger.confirmations.asked_by(number)
    if number is None or found is None:
        return None
    asked, identity = found
    if identity is None or not is_genuine(token, ledger.secret(), number, identity):
        return None
    proposal = ledger.proposals.asked_by(asked.notice)
    if proposal is None:
        return None
    return ApprovalLink(
        asked=asked,
        proposal=proposal,
        standing=_for_person(ledger, proposal, asked, now),
        drill=bool(proposal.shown.get("drill")),
    )


def decide_approval(
    ledger: Ledger, asked: Asked, proposal: Proposal, decision: ProposalDecision
) -> ApprovalStanding | None:
    """Record what the person decided. Raises `LedgerError`.

    Returns:
        None if it was recorded; else how the proposal stood, so that nothing changed.
    """
    before = _for_person(ledger, proposal, asked, decision.at)
    if before is not ApprovalStanding.WAITING:
        return before
    if ledger.proposals.decide(proposal.id, decision):
        return None
    current = ledger.proposals.asked_by(asked.notice) or proposal  # somebody else was faster
    return standing(ledger, current, decision.at)


def decision(
    asked: Asked, state: ProposalState, means: AnswerMeans, at: datetime, note: str = ""
) -> ProposalDecision:
    """Return what this person decides."""
    return ProposalDecision(
        state=state, by=base_id(asked.contact), at=at, means=means, note=note.strip()[:_LONGEST_NOTE]
    )


def _for_person(ledger: Ledger, proposal: Proposal, asked: Asked, now: datetime) -> ApprovalStanding:
    """Return how it stands for this person, who may have become its author under another name."""
    found = standing(ledger, proposal, now)
    words = {base_id(asked.contact), asked.name, asked.email or ""} - {""}
    own = proposal.author.casefold() in {word.casefold() for word in words}
    return ApprovalStanding.OWN if own and found is ApprovalStanding.WAITING else found
