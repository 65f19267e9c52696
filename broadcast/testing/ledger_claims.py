"""The contract of claims: how deliveries are claimed, sent once, and settled."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.store import Run, Store
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_fixtures import LedgerFixtures, SlowToCommit, states
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

_S = DeliveryState


class ClaimsContract(LedgerFixtures):
    """A delivery is claimed once, with its intent on disk before anything can be sent."""

    def test_a_delivery_is_claimed_by_one_of_two_connections(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, *(f"p{n}" for n in range(60)), route=("sms",))
        second = other.runs.begin()
        works = [
            ledger.deliveries(new.id, run, clock=SystemClock()),
            other.deliveries(new.id, second, clock=SystemClock()),
        ]

        with ThreadPoolExecutor(2) as both:
            claimed = list(both.map(lambda work: [claim(work, "sms", 3) for _ in range(12)], works))

        second.end()
        taken = Counter(one.delivery for each in claimed for batch in each for one in batch)
        assert len(taken) == 60
        assert max(taken.values()) == 1

    def test_an_intent_is_on_disk_before_anything_can_be_sent(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        (claimed,) = claim(ledger.deliveries(new.id, run, clock=SystemClock()), "email")

        assert states(other, new) == {"anna": _S.SENDING}
        assert other.deliveries(new.id, run, clock=SystemClock()).owners() == [run.id]
        assert other.history.attempts(new.id)[0].left == 1
        assert (claimed.attempts, claimed.step, claimed.thread) == (1, 0, None)
        assert claimed.contact is not None
        assert claimed.contact.email == "anna@kunde.example"

    def test_an_accepted_message_keeps_its_reference_and_is_not_claimed_again(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")

        turn = work.turn(
            [settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted("SG1"),))], {"email": 5}, NOON
        )

        assert turn.claims["email"] == []
        assert "email" not in turn.due
        (line,) = ledger.history.lines(new)
        assert (line.state, line.ref, line.attempts) == (_S.ACCEPTED, "SG1", 1)

    def test_a_turn_says_whether_more_messages_are_due(self, ledger: Ledger, run: Run) -> None:
        work = ledger.deliveries(record(ledger, "anna", "ben").id, run, clock=SystemClock())

        first, second = (work.turn([], {"email": 1}, NOON) for _ in range(2))

        assert [len(turn.claims["email"]) for turn in (first, second)] == [1, 1]
        assert first.due["email"] <= NOON.timestamp()
        assert second.due == {}

    def test_a_turn_says_when_its_claims_were_on_disk(self, store: Store) -> None:
        """Rule 1: a claim goes stale 5 seconds after that, however long the disk took before."""
        slow = SlowToCommit(store)
        ledger, clock = Ledger(slow), slow.clock
        new = record(ledger, "anna")
        run = ledger.runs.begin()
        began = clock.at

        turn = ledger.deliveries(new.id, run, clock=clock).turn([], {"email": 1}, NOON)

        run.end()
        assert len(turn.claims["email"]) == 1
        assert turn.claimed_at == clock.at > began

    def test_a_withdrawn_claim_leaves_no_trace(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "ben")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        anna, ben = claim(work, "email")

        work.turn([settled(ben, _S.ACCEPTED, "accepted")], {}, NOON)
        work.withdraw([anna, ben])

        assert states(ledger, new) == {"anna": _S.PLANNED, "ben": _S.ACCEPTED}
        assert ledger.history.attempts(new.id)[0].attempts == 1
        (again,) = claim(work, "email")
        assert (again.receiver, again.attempts) == ("anna", 1)

    def test_a_message_to_be_retried_waits_until_its_time(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")
        until = after(7).timestamp()

        turn = work.turn([settled(claimed, _S.PLANNED, "not_sent", not_before=until)], {"email": 5}, NOON)

        assert turn.claims["email"] == []
        assert turn.due == {"email": until}
        (again,) = claim(work, "email", seconds=7)
        assert again.attempts == 2

    def test_the_next_channel_begins_with_no_attempts(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")

        work.turn([settled(claimed, _S.PLANNED, "rejected", step=1, reason="no")], {}, NOON)

        assert claim(work, "email") == []
        (following,) = claim(work, "mail-backup")
        assert (following.step, following.attempts) == (1, 1)
        (failover,) = ledger.history.failovers(new.id)
        assert (failover.origin, failover.destination, failover.count) == ("email", "mail-backup", 1)

    def test_only_the_latest_attempt_decides(self, ledger: Ledger, run: Run) -> None:
        """Rule 3: two processes asked about the same attempt, and one of them has sent again since."""
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")
        stale = settled(claimed, _S.PLANNED, "not_sent")
        work.turn([stale], {}, NOON)
        (again,) = claim(work, "email")

        work.turn([stale], {}, NOON)

        assert states(ledger, new) == {"anna": _S.SENDING}
        work.turn([settled(again, _S.ACCEPTED, "accepted")], {}, NOON)
        work.turn([settled(again, _S.UNKNOWN, "unknown")], {}, NOON)
        assert states(ledger, new) == {"anna": _S.ACCEPTED}
        assert ledger.history.attempts(new.id)[0].accepted == 1
