"""How proposals are recorded, replaced and approved."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import NewProposal, ProposalState
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import after

_NEW = NewProposal(
    incident="INC-7",
    sequence=2,
    key="ticket-1",
    inputs_hash="i",
    request="{}",
    reserved=False,
    digest="d",
    author="Ada",
    at=after(0),
)


class ProposalsContract(LedgerFixtures):
    """A proposal is approved once, and only the latest one for a notice."""

    def test_a_proposal_waits_until_it_is_approved(self, ledger: Ledger) -> None:
        proposal = ledger.proposals.record(_NEW)

        assert (proposal.mark, proposal.state, proposal.at) == ("INC-7/2", ProposalState.WAITING, after(0))
        assert ledger.proposals.waiting() == [proposal]
        assert ledger.proposals.with_key("ticket-1") == proposal

        assert ledger.proposals.approve(proposal.id, "Ben", after(60))

        (kept,) = ledger.proposals.of("INC-7")
        assert (kept.state, kept.decided_by, kept.decided_at) == (ProposalState.APPROVED, "Ben", after(60))
        assert ledger.proposals.waiting() == []

    def test_only_the_first_approval_counts(self, ledger: Ledger) -> None:
        proposal = ledger.proposals.record(_NEW)

        approved = [ledger.proposals.approve(proposal.id, by, after(60)) for by in ("Ben", "Cem")]

        assert approved == [True, False]
        assert ledger.proposals.of("INC-7")[0].decided_by == "Ben"

    def test_a_newer_proposal_for_a_notice_takes_the_place_of_the_older(self, ledger: Ledger) -> None:
        older = ledger.proposals.record(_NEW)
        other = ledger.proposals.record(replace(_NEW, incident="INC-8"))
        newer = ledger.proposals.record(replace(_NEW, digest="e"))

        assert not ledger.proposals.approve(older.id, "Ben", after(60))
        assert [one.state for one in ledger.proposals.of("INC-7")] == [
            ProposalState.WAITING,
            ProposalState.REPLACED,
        ]
        assert ledger.proposals.waiting() == [other, newer]
        assert ledger.proposals.with_key("missing") is None
