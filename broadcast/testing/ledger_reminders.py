"""Of which promises people are reminded, and that each of them has one reminder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.reminders import NewReminder
from broadcast.ledger.side_notices import SideNotice
from broadcast.ledger.store import Store
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, record


class RemindersContract(LedgerFixtures):
    """A reminder is recorded once, beside the incident, and cancelled if the promise is kept."""

    def test_a_promise_has_one_reminder(self, ledger: Ledger, open_store: Callable[[], Store]) -> None:
        promise = record(ledger, "anna")

        with closing(Ledger(open_store())) as other:
            first = ledger.reminders.record(_reminder(promise, "ben"), NOON)
            again = other.reminders.record(_reminder(promise, "ben"), NOON)

        assert first is not None
        assert again is None
        assert not ledger.reminders.wanted(promise, "update")
        assert ledger.reminders.wanted(promise, "start")
        assert [one.id for one in ledger.reminders.unsent(NOON)] == [first.id]

    def test_a_promise_that_was_kept_has_none(self, ledger: Ledger) -> None:
        promise = record(ledger, "anna")
        record(ledger, "anna")

        assert ledger.reminders.record(_reminder(promise, "ben"), NOON) is None
        assert ledger.reminders.unsent(NOON) == []

    def test_a_reminder_that_waits_is_cancelled_once_the_promise_is_kept(self, ledger: Ledger) -> None:
        promise = record(ledger, "anna")
        reminder = ledger.reminders.record(_reminder(promise, "ben"), NOON)
        assert reminder is not None
        record(ledger, "anna")

        assert ledger.reminders.unsent(after(60)) == []
        assert states(ledger, reminder) == {"ben": DeliveryState.CANCELLED}

    def test_the_incident_does_not_know_of_it(self, ledger: Ledger) -> None:
        promise = record(ledger, "anna")
        opened = ledger.incidents.all()[0]
        ledger.reminders.record(_reminder(promise, "ben"), NOON)

        assert ledger.incidents.all() == [opened]
        assert ledger.incidents.next_ref() == "INC-2"
        assert [one.id for one in ledger.incidents.notices(opened)] == [promise.id]
        assert {one.contact for one in ledger.history.standings(opened)} == {"anna"}

    def test_its_messages_are_claimed_like_all_others(self, ledger: Ledger) -> None:
        promise = record(ledger, "anna")
        reminder = ledger.reminders.record(_reminder(promise, "ben"), NOON)
        assert reminder is not None
        run = ledger.runs.begin()

        claimed = claim(ledger.deliveries(reminder.id, run, clock=SystemClock()), "email")

        assert [one.receiver for one in claimed] == ["ben"]
        run.end()


def _reminder(promise: Notice, *receivers: str) -> NewReminder:
    new = notice(incident(), promise.sequence, owed(*receivers))
    return NewReminder(
        notice=promise.id,
        kind="update",
        sent=SideNotice(facts=promise.facts, texts=new.texts, deliveries=new.deliveries, kinds={}),
        detail="reminded",
    )
