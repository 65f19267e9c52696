"""How absences of people in a rota are recorded, taken back and erased."""

from __future__ import annotations

from broadcast.ledger.absences import Absence
from broadcast.ledger.erasure import Author, Forgetting
from broadcast.ledger.ledger import Ledger
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import after

_ILL = Absence(contact="a-17", starts=after(0), ends=after(3600), note="ill", author="Ada", at=after(0))
_AWAY = Absence(contact="a-4", starts=after(60), ends=after(7200), note="", author="Ada", at=after(0))
_BY = Author("Ada", after(9000))


class AbsencesContract(LedgerFixtures):
    """An absence counts until it is over or taken back."""

    def test_absences_that_are_not_over_are_returned_in_their_order(self, ledger: Ledger) -> None:
        recorded = [ledger.absences.record(one) for one in (_AWAY, _ILL)]

        assert recorded == [True, True]
        assert ledger.absences.after(after(0)) == [_ILL, _AWAY]
        assert ledger.absences.after(after(3600)) == [_AWAY]

    def test_the_same_absence_is_recorded_once(self, ledger: Ledger) -> None:
        recorded = [ledger.absences.record(_ILL), ledger.absences.record(_ILL)]

        assert recorded == [True, False]
        assert ledger.absences.of("a-17") == [_ILL]

    def test_what_is_taken_back_does_not_count_and_stays_on_record(self, ledger: Ledger) -> None:
        ledger.absences.record(_ILL)
        ledger.absences.record(_AWAY)

        (back,) = ledger.absences.cancel("a-17", "Ben", after(60))

        assert (back.contact, back.cancelled_at) == ("a-17", after(60))
        assert ledger.absences.after(after(60)) == [_AWAY]
        assert ledger.absences.of("a-17") == [back]
        assert ledger.absences.cancel("a-17", "Ben", after(120)) == []

    def test_an_absence_that_is_over_is_not_taken_back(self, ledger: Ledger) -> None:
        ledger.absences.record(_ILL)

        assert ledger.absences.cancel("a-17", "Ben", after(3600)) == []

    def test_forgetting_a_person_removes_their_absences(self, ledger: Ledger) -> None:
        ledger.absences.record(_ILL)
        ledger.absences.record(_AWAY)
        nothing = frozenset[str]()
        person = Forgetting(people=(), names=nothing, addresses=(), digests=nothing, ids=frozenset({"a-17"}))

        ledger.erasure.forget(person, b"secret", _BY)

        assert (ledger.absences.of("a-17"), ledger.absences.of("a-4")) == ([], [_AWAY])

    def test_a_purge_removes_absences_that_were_over(self, ledger: Ledger) -> None:
        ledger.absences.record(_ILL)
        ledger.absences.record(_AWAY)

        assert ledger.erasure.absences(after(4000)) == 1
        ledger.erasure.purge([], _BY, after(4000))

        assert ledger.absences.after(after(0)) == [_AWAY]
