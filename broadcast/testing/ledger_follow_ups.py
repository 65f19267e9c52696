"""The contract of follow-ups: what a newer notice does to an older one of its incident."""

from __future__ import annotations

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Phase
from broadcast.model.outcome import Accepted, Thread
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

_S = DeliveryState


class FollowUpsContract(LedgerFixtures):
    """A newer notice replaces unsent messages of an older one, and knows who was told."""

    def test_a_newer_notice_cancels_unsent_messages_of_an_older_one(self, ledger: Ledger, run: Run) -> None:
        first = record(ledger, "anna", "bert", "carl", "dora", route=("sms",))
        work = ledger.deliveries(first.id, run, clock=SystemClock())
        (sending,) = claim(work, "sms", 1)

        record(ledger, "anna", "bert", "carl")

        assert states(ledger, first) == {
            "anna": _S.SENDING,
            "bert": _S.CANCELLED,
            "carl": _S.CANCELLED,
            "dora": _S.PLANNED,
        }
        work.turn([settled(sending, _S.PLANNED, "not_sent")], {"sms": 1}, NOON)
        assert states(ledger, first)["anna"] == _S.CANCELLED

    @pytest.mark.parametrize("state", [_S.PLANNED, _S.HELD])
    def test_a_message_that_comes_back_after_a_newer_notice_is_not_sent(
        self, ledger: Ledger, run: Run, state: DeliveryState
    ) -> None:
        first = record(ledger, "anna", route=("sms",))
        work = ledger.deliveries(first.id, run, clock=SystemClock())
        (sending,) = claim(work, "sms")
        record(ledger, "anna")

        work.turn([settled(sending, state, "not_sent")], {}, NOON)
        work.unhold(after(1))

        assert claim(work, "sms", seconds=1) == []
        assert states(ledger, first) == {"anna": _S.CANCELLED}

    @pytest.mark.parametrize("phase", [Phase.RESOLVED, Phase.RETRACTED])
    def test_the_end_of_an_incident_cancels_all_unsent_messages(
        self, ledger: Ledger, run: Run, phase: Phase
    ) -> None:
        first = record(ledger, "anna", "bert")
        record(ledger, phase=phase)

        assert set(states(ledger, first).values()) == {_S.CANCELLED}
        assert claim(ledger.deliveries(first.id, run, clock=SystemClock()), "email") == []

    def test_a_thread_is_kept_for_each_channel_and_receiver(self, ledger: Ledger, run: Run) -> None:
        known: dict[str, Thread] = {}
        for root in ("root", "root", "moved"):  # a closed ticket is followed by another one
            new = record(ledger, "anna", "bert", route=("email",))
            work = ledger.deliveries(new.id, run, clock=SystemClock())
            for claimed in claim(work, "email"):
                assert claimed.thread == known.get(claimed.receiver)
                thread = Thread(f"{root}-{claimed.receiver}", f"{claimed.receiver}-{new.sequence}")
                known[claimed.receiver] = thread
                took = (Accepted(claimed.receiver, thread),)
                work.turn([settled(claimed, _S.ACCEPTED, "accepted", accepted=took)], {}, NOON)

        other_channel = record(ledger, "anna", route=("sms",))
        (claimed,) = claim(ledger.deliveries(other_channel.id, run, clock=SystemClock()), "sms")
        assert claimed.thread is None

    def test_receivers_who_may_have_been_told_are_remembered(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "bert", "carl", "dora", route=("email", "sms"))
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        anna, bert, carl, _ = claim(work, "email")
        work.turn(
            [
                settled(anna, _S.ACCEPTED, "accepted"),
                settled(bert, _S.PLANNED, "unknown", step=1),
                settled(carl, _S.PLANNED, "rejected", step=1),
            ],
            {},
            NOON,
        )

        previous_deliveries = ledger.history.previous_deliveries(ledger.incidents.all()[0])

        assert {(one.receiver, one.reached) for one in previous_deliveries} == {
            ("anna", True),
            ("bert", False),
            ("dora", False),
        }

    def test_a_channel_that_failed_is_remembered_until_it_works(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        work.breaker_opened("sms", "401", NOON)

        assert [(b.channel, b.reason) for b in other.history.breakers()] == [("sms", "401")]
        work.breaker_closed("sms")
        assert other.history.breakers() == []
