"""What becomes of schedules, and which of them still matter."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.reminders import NewReminder
from broadcast.ledger.schedules import Schedule, ScheduleState
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.notice import Facts
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import after, incident, notice, owed, record

_NEW = Schedule(
    key="schedule/1",
    request='{"verb": "notify", "title": "Checkout closed"}',
    incident=None,
    sequence=0,
    max_recipients=None,
    author="Ada",
    created_at=after(0),
    due_at=after(60),
)
_WEEK = 7 * 86_400


class SchedulesContract(LedgerFixtures):
    """A schedule has one end, and a refused one matters until somebody has dealt with it."""

    def test_a_schedule_has_one_end(self, ledger: Ledger) -> None:
        number = ledger.schedules.add(_NEW)

        assert ledger.schedules.publishing(number)
        assert not ledger.schedules.cancel(number, after(61))
        assert ledger.schedules.settle(number, ScheduleState.REFUSED, "too long", after(62))
        assert not ledger.schedules.settle(number, ScheduleState.PUBLISHED, "INC-1/1", after(63))
        assert not ledger.schedules.publishing(number)
        (found,) = ledger.schedules.all()
        assert (found.state, found.detail, found.settled_at) == (ScheduleState.REFUSED, "too long", after(62))

    def test_a_notice_under_its_key_is_its_end(self, ledger: Ledger) -> None:
        ledger.schedules.add(_NEW)
        new = replace(notice(incident(), 1, owed("anna")), key=_NEW.key)

        ledger.incidents.record(new, after(60))

        (found,) = ledger.schedules.all()
        assert (found.state, found.detail) == (ScheduleState.PUBLISHED, "INC-1/1")

    def test_what_was_not_published_matters_until_it_is_cancelled_or_a_week_has_passed(
        self, ledger: Ledger
    ) -> None:
        number = ledger.schedules.add(_NEW)
        ledger.schedules.note(number, "a secret is missing")

        assert ledger.schedules.unpublished(after(59)) == []
        assert [one.detail for one in ledger.schedules.unpublished(after(60))] == ["a secret is missing"]
        ledger.schedules.settle(number, ScheduleState.REFUSED, "still missing", after(70))
        assert [one.detail for one in ledger.schedules.unpublished(after(80))] == ["still missing"]
        assert ledger.schedules.unpublished(after(71 + _WEEK)) == []
        assert ledger.schedules.cancel(number, after(90))
        assert ledger.schedules.unpublished(after(91)) == []

    def test_a_newer_notice_of_its_incident_settles_a_refused_one(self, ledger: Ledger) -> None:
        record(ledger, "anna")
        number = ledger.schedules.add(replace(_NEW, incident="INC-1", sequence=1))
        ledger.schedules.settle(number, ScheduleState.REFUSED, "outdated", after(60))
        assert [one.id for one in ledger.schedules.unpublished(after(60))] == [number]

        record(ledger, "anna")

        assert ledger.schedules.unpublished(after(60)) == []

    def test_people_are_reminded_of_a_refused_one_once(self, ledger: Ledger) -> None:
        number, facts = ledger.schedules.add(_NEW), _facts(ledger)
        assert ledger.reminders.record(_reminder(number, facts), after(61)) is None
        ledger.schedules.settle(number, ScheduleState.REFUSED, "too long", after(62))

        first = ledger.reminders.record(_reminder(number, facts), after(63))

        assert first is not None
        assert ledger.reminders.record(_reminder(number, facts), after(64)) is None
        assert [one.id for one in ledger.reminders.unsent(after(65))] == [first.id]
        assert [one.ref for one in ledger.incidents.all()] == ["INC-1"]
        ledger.schedules.cancel(number, after(66))
        assert ledger.reminders.unsent(after(67)) == []

    def test_an_escalation_reminds_of_a_refused_one_once_as_well(self, ledger: Ledger) -> None:
        number, facts = ledger.schedules.add(_NEW), _facts(ledger)
        ledger.schedules.settle(number, ScheduleState.REFUSED, "too long", after(62))

        ledger.reminders.escalated_schedule(number, after(63))

        assert [one.reminded_at for one in ledger.schedules.all()] == [after(63)]
        assert ledger.reminders.record(_reminder(number, facts), after(64)) is None


def _facts(ledger: Ledger) -> Facts:
    recorded: Notice = record(ledger, "anna")
    return replace(recorded.facts, ref="SCHEDULE-1")


def _reminder(number: int, facts: Facts) -> NewReminder:
    new = notice(incident(), 1, owed("ben"))
    return NewReminder(
        notice=None,
        kind="schedule",
        sent=SideNotice(facts=facts, texts=new.texts, deliveries=new.deliveries, kinds={}),
        detail="reminded",
        schedule=number,
    )
