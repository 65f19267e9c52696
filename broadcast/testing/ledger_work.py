"""The schedules of announced work follow its window, in the transaction of each notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import NewNotice
from broadcast.ledger.schedules import Schedule
from broadcast.model.incident import Phase
from broadcast.model.work import AutomaticWork, WorkChange, WorkStage
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import NOON, after, incident, notice, owed

_HOUR = 3600
_AUTO = WorkChange(auto=True, remind_before=timedelta(hours=1), options={"lang": "de"}, max_recipients=5)


class WorkContract(LedgerFixtures):
    """Work has the schedules that its latest notice leads to, and none once it is over."""

    def test_announced_work_has_a_schedule_for_each_step(self, ledger: Ledger) -> None:
        _announce(ledger)

        first, *_ = waiting = _waiting(ledger)
        assert {one.stage: one.due_at for one in waiting} == {
            WorkStage.REMIND: after(3 * _HOUR),
            WorkStage.START: after(4 * _HOUR),
            WorkStage.END: after(5 * _HOUR),
        }
        assert (first.max_recipients, first.typed("lang")) == (5, "de")
        assert ledger.work.automatic(ledger.incidents.all()[0]) == _AUTO.applied(AutomaticWork())

    def test_without_a_wish_there_are_none(self, ledger: Ledger) -> None:
        _announce(ledger, work=None)

        assert ledger.schedules.all() == []
        assert ledger.work.automatic(ledger.incidents.all()[0]) == AutomaticWork()

    def test_another_window_replaces_them_and_the_same_one_keeps_them(self, ledger: Ledger) -> None:
        _announce(ledger)
        before = [one.id for one in _waiting(ledger)]
        _follow(ledger, 2, Phase.SCHEDULED, begins=4, ends=5)
        assert [one.id for one in _waiting(ledger)] == before

        _follow(ledger, 3, Phase.SCHEDULED, begins=6, ends=7)

        assert [one.due_at for one in _waiting(ledger)] == [after(h * _HOUR) for h in (5, 6, 7)]
        assert {one.detail for one in ledger.schedules.all() if one.id in before} == {"INC-1/3 changed it"}

    def test_work_that_has_begun_has_its_end_alone(self, ledger: Ledger) -> None:
        _announce(ledger)
        _follow(ledger, 2, Phase.IN_PROGRESS, begins=4, ends=5)

        assert [one.stage for one in _waiting(ledger)] == [WorkStage.END]

    def test_work_that_is_over_has_none(self, ledger: Ledger) -> None:
        _announce(ledger)
        _follow(ledger, 2, Phase.CANCELLED, begins=4, ends=5)

        assert _waiting(ledger) == []

    def test_a_step_that_was_cancelled_is_not_scheduled_anew(self, ledger: Ledger) -> None:
        _announce(ledger)
        begins = next(one for one in _waiting(ledger) if one.stage is WorkStage.START)
        assert ledger.schedules.cancel(begins.id, after(60))
        _follow(ledger, 2, Phase.SCHEDULED, begins=6, ends=7)

        assert [one.stage for one in _waiting(ledger)] == [WorkStage.REMIND, WorkStage.END]


def _announce(ledger: Ledger, work: WorkChange | None = _AUTO) -> None:
    _follow(ledger, 1, Phase.SCHEDULED, begins=4, ends=5, work=work)


def _follow(
    ledger: Ledger, sequence: int, phase: Phase, *, begins: int, ends: int, work: WorkChange | None = None
) -> None:
    """Record a notice of work from and until so many hours after noon."""
    known = ledger.incidents.all()
    opened = known[0] if known else incident()
    new: NewNotice = notice(opened, sequence, owed("anna"))
    facts = replace(
        new.facts, phase=phase, window_starts=after(begins * _HOUR), window_ends=after(ends * _HOUR)
    )
    ledger.incidents.record(replace(new, facts=facts, incident=replace(opened, phase=phase), work=work), NOON)


def _waiting(ledger: Ledger) -> list[Schedule]:
    return [one for one in ledger.schedules.all() if one.open]
