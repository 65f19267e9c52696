"""The contract of runs: which processes are sending, and what happens to messages of dead ones."""

from __future__ import annotations

import os

import pytest

from broadcast.errors import Refused, UnknownCommit
from broadcast.ledger.erasure import Author
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_fixtures import LedgerFixtures, LosesAnswers, states
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

_S = DeliveryState


class RunsContract(LedgerFixtures):
    """A run lives until it ends; the messages that it leaves are unknown: not lost, and not sent again."""

    def test_only_the_messages_of_a_dead_run_become_unknown(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna", "bert", route=("sms",))
        dead = other.runs.begin()
        claim(other.deliveries(new.id, dead, clock=SystemClock()), "sms", 1)
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        claim(work, "sms", 1)
        dead.end()

        assert sorted(work.owners()) == sorted([dead.id, run.id])
        assert work.orphan(dead.id, "it died", NOON, after(5)) == 1

        assert sorted(states(ledger, new).values()) == [_S.SENDING, _S.UNKNOWN]
        assert work.lookups("sms", 9, after(4), after(9)) == ([], after(5).timestamp())
        assert len(work.lookups("sms", 9, after(5), after(9))[0]) == 1

    def test_every_connection_sees_that_a_run_lives_until_it_ends(
        self, ledger: Ledger, other: Ledger
    ) -> None:
        run = ledger.runs.begin()

        assert other.runs.alive(run.id) == os.getpid()
        assert other.runs.living() == [os.getpid()]
        with pytest.raises(Refused, match="nothing was erased"):
            other.runs.require_idle("nothing was erased")
        run.end()

        assert other.runs.alive(run.id) is None
        assert other.runs.living() == []
        other.runs.require_idle("nothing was erased")

    def test_erasing_is_refused_while_a_run_lives(self, ledger: Ledger, other: Ledger) -> None:
        new, run = record(ledger, "anna"), ledger.runs.begin()

        with pytest.raises(Refused):
            other.erasure.purge([new.incident_id], Author("ada", NOON))
        run.end()
        other.erasure.purge([new.incident_id], Author("ada", NOON))

        assert ledger.erasure.traces(new.incident_id).people == 0
        assert [line.name for line in ledger.history.lines(new)] == [""]

    def test_a_run_changes_its_name_after_an_unknown_commit(
        self, losing: LosesAnswers, other: Ledger
    ) -> None:
        """Rule 2: what it may have claimed belongs to a dead run, and is looked up before it is sent."""
        ledger = Ledger(losing)
        new = record(ledger, "anna", route=("sms",))
        run = ledger.runs.begin()
        work, former = ledger.deliveries(new.id, run, clock=SystemClock()), run.id
        losing.answers = False

        with pytest.raises(UnknownCommit):
            claim(work, "sms")
        losing.answers = True

        assert run.id != former
        assert work.owners() == [former]
        assert other.runs.alive(former) is None
        assert other.runs.alive(run.id) == os.getpid()
        assert work.orphan(former, "it may have been claimed", NOON, after(5)) == 1
        assert claim(work, "sms") == []
        assert len(work.lookups("sms", 9, after(5), after(9))[0]) == 1
        run.end()
        assert other.runs.living() == []

    def test_requests_before_an_unknown_commit_still_belong_to_the_run(
        self, losing: LosesAnswers, other: Ledger
    ) -> None:
        """Rule 2: as long as an answer to one of them is awaited, the former name is alive."""
        ledger = Ledger(losing)
        new = record(ledger, "anna", "bert", "carl", route=("sms",))
        run = ledger.runs.begin()
        work, former = ledger.deliveries(new.id, run, clock=SystemClock()), run.id
        anna, bert = claim(work, "sms", 2)
        losing.answers = False
        with pytest.raises(UnknownCommit):
            work.turn([settled(anna, _S.ACCEPTED, "accepted")], {"sms": 1}, NOON)
        losing.answers = True

        assert other.runs.alive(former) == os.getpid()
        work.turn([settled(anna, _S.ACCEPTED, "accepted")], {}, NOON)
        assert other.runs.alive(former) == os.getpid()
        work.turn([settled(bert, _S.ACCEPTED, "accepted")], {}, NOON)

        assert other.runs.alive(former) is None
        assert states(other, new) == {"anna": _S.ACCEPTED, "bert": _S.ACCEPTED, "carl": _S.SENDING}
        run.end()

    def test_a_late_answer_counts_if_the_message_was_not_sent_again(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        """Rule 3: a run was taken for dead, and its answer came after all."""
        new = record(ledger, "anna", "bert", route=("sms",))
        work, theirs = (
            ledger.deliveries(new.id, run, clock=SystemClock()),
            other.deliveries(new.id, run, clock=SystemClock()),
        )
        anna, bert = claim(work, "sms")
        theirs.orphan(run.id, "it seemed dead", NOON, NOON)
        asked, _ = theirs.lookups("sms", 9, NOON, after(5))
        theirs.turn([settled(asked[1], _S.PLANNED, "not_sent")], {"sms": 1}, NOON)

        late = [settled(one, _S.ACCEPTED, "accepted") for one in (anna, bert)]
        work.turn(late, {}, NOON)

        assert states(ledger, new) == {"anna": _S.ACCEPTED, "bert": _S.SENDING}
