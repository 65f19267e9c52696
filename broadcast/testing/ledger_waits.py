"""The contract of waiting: for the due time, for a look-up, for another channel, or until `retry`."""

from __future__ import annotations

import math

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_fixtures import LedgerFixtures, refuse, states
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

_S = DeliveryState


class WaitsContract(LedgerFixtures):
    """Unfinished deliveries wait, and are found again when they are due."""

    def test_an_unknown_message_is_looked_up_when_due_by_one_process_at_a_time(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")
        work.turn([settled(claimed, _S.UNKNOWN, "unknown", not_before=after(5).timestamp())], {}, NOON)

        assert work.lookups("email", 9, after(4), after(9)) == ([], after(5).timestamp())
        (asked,), following = work.lookups("email", 9, after(5), after(10))
        assert (asked.attempt, asked.lookups, following) == (claimed.attempt, 0, None)
        assert (
            other.deliveries(new.id, run, clock=SystemClock()).lookups("email", 9, after(6), after(11))[0]
            == []
        )
        (again,), _ = work.lookups("email", 9, after(10), after(15))
        assert again.lookups == 1

    def test_look_ups_beyond_the_limit_are_due_at_once(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "bert", "carl")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        work.turn(
            [settled(one, _S.UNKNOWN, "unknown", not_before=1.0) for one in claim(work, "email")], {}, NOON
        )

        asked, following = work.lookups("email", 2, NOON, after(5))

        assert (len(asked), following) == (2, 1.0)

    def test_a_look_up_that_was_given_up_is_repeated_only_in_the_next_run(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")
        work.turn([settled(claimed, _S.UNKNOWN, "unknown", not_before=math.inf)], {}, NOON)

        assert work.lookups("email", 9, after(10**6), after(10**6)) == ([], None)
        work.unhold(after(10))
        assert len(work.lookups("email", 9, after(10), after(15))[0]) == 1

    def test_waiting_messages_go_to_the_next_channel_and_are_held_after_the_last(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna", "bert", route=("email", "sms"))
        work = ledger.deliveries(new.id, run, clock=SystemClock())

        assert work.reroute("email", "out", NOON) == 2
        assert [(w.channel, w.state, w.count) for w in work.waiting()] == [("sms", _S.PLANNED, 2)]
        assert work.reroute("sms", "out", NOON) == 0
        assert work.hold("sms", "out", NOON) == 2
        assert states(ledger, new) == {"anna": _S.HELD, "bert": _S.HELD}
        assert work.waiting() == []

    def test_only_messages_without_another_channel_are_held(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", route=("email", "sms"))

        assert ledger.deliveries(new.id, run, clock=SystemClock()).hold("email", "out", NOON) == 0

    def test_a_held_message_starts_again_with_its_first_channel(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        refuse(work, "email", "mail-backup", "sms")

        assert work.unhold(after(1)) == 1
        (claimed,) = claim(work, "email", seconds=1)
        assert (claimed.step, claimed.attempts) == (0, 1)

    def test_a_held_message_starts_again_after_a_channel_that_may_have_taken_it(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        refuse(work, "email", "mail-backup", "sms", outcomes=("rejected", "unknown", "rejected"))

        work.unhold(after(1))

        assert [w.channel for w in work.waiting()] == ["sms"]
