"""How proposals are recorded, replaced and approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import NewProposal, ProposalDecision, ProposalState
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import after, incident, notice, owed

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


def approval(by: str, at: datetime) -> ProposalDecision:
    """Return an approval."""
    return ProposalDecision(state=ProposalState.APPROVED, by=by, at=at)


class ProposalsContract(LedgerFixtures):
    """A proposal is approved once, and only the latest one for a notice."""

    def test_a_proposal_waits_until_it_is_approved(self, ledger: Ledger) -> None:
        proposal = ledger.proposals.record(_NEW)

        assert (proposal.mark, proposal.state, proposal.at) == ("INC-7/2", ProposalState.WAITING, after(0))
        assert ledger.proposals.waiting() == [proposal]
        assert ledger.proposals.with_key("ticket-1") == proposal

        assert ledger.proposals.decide(proposal.id, approval("Ben", after(60)))

        (kept,) = ledger.proposals.of("INC-7")
        assert (kept.state, kept.decided_by, kept.decided_at) == (ProposalState.APPROVED, "Ben", after(60))
        assert ledger.proposals.waiting() == []

    def test_only_the_first_approval_counts(self, ledger: Ledger) -> None:
        proposal = ledger.proposals.record(_NEW)

        approved = [ledger.proposals.decide(proposal.id, approval(by, after(60))) for by in ("Ben", "Cem")]

        assert approved == [True, False]
        assert ledger.proposals.of("INC-7")[0].decided_by == "Ben"

    def test_a_newer_proposal_for_a_notice_takes_the_place_of_the_older(self, ledger: Ledger) -> None:
        older = ledger.proposals.record(_NEW)
        other = ledger.proposals.record(replace(_NEW, incident="INC-8"))
        newer = ledger.proposals.record(replace(_NEW, digest="e"))

        assert not ledger.proposals.decide(older.id, approval("Ben", after(60)))
        assert [one.state for one in ledger.proposals.of("INC-7")] == [
            ProposalState.WAITING,
            ProposalState.REPLACED,
        ]
        assert ledger.proposals.waiting() == [other, newer]
        assert ledger.proposals.with_key("missing") is None

    def test_people_are_asked_once_and_no_more_after_the_decision(self, ledger: Ledger) -> None:
        proposal = ledger.proposals.record(_NEW)

        asking = ledger.proposals.ask(proposal, _asking("ben", "cem"), 300.0, after(0))

        assert asking is not None
        assert ledger.proposals.ask(proposal, _asking("ben"), 300.0, after(0)) is None
        known = ledger.proposals.asked_by(asking.id)
        assert known is not None
        assert (known.id, known.asking) == (proposal.id, asking.id)
        assert [one.id for one in ledger.proposals.unsent(after(1))] == [asking.id]
        question = ledger.confirmations.question(asking.id)
        assert question is not None
        assert question.approves
        assert ledger.incidents.all() == []

        assert ledger.proposals.decide(proposal.id, approval("ben", after(60)))

        assert set(states(ledger, asking).values()) == {DeliveryState.CANCELLED}
        assert ledger.proposals.unsent(after(61)) == []

    def test_what_was_approved_is_unpublished_until_its_notice_is_recorded_or_it_is_void(
        self, ledger: Ledger
    ) -> None:
        proposal = ledger.proposals.record(_NEW)
        assert not ledger.proposals.void(proposal.id, "changed")
        ledger.proposals.decide(proposal.id, approval("Ben", after(60)))
        assert [one.id for one in ledger.proposals.unpublished()] == [proposal.id]

        assert ledger.proposals.void(proposal.id, "changed")

        (kept,) = ledger.proposals.of("INC-7")
        assert (kept.state, kept.note, kept.decided_by) == (ProposalState.VOID, "changed", "Ben")
        assert ledger.proposals.unpublished() == []

    def test_a_proposal_is_shown_as_it_was_recorded_and_outdated_after_a_day_at_the_latest(
        self, ledger: Ledger
    ) -> None:
        plain = ledger.proposals.record(_NEW)
        known = ledger.proposals.record(replace(_NEW, sequence=3, shown={"people": 3}, valid_until=after(9)))

        assert (plain.valid_until, known.valid_until, known.shown) == (after(86_400), after(9), {"people": 3})


def _asking(*receivers: str) -> SideNotice:
    new = notice(incident(), 1, owed(*receivers))
    return SideNotice(facts=new.facts, texts=new.texts, deliveries=new.deliveries, kinds={})
