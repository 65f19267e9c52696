"""The contract of incidents and notices: recorded as a whole, with numbers that are used once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from broadcast.errors import AmbiguousIncident, Refused, UnknownIncident
from broadcast.ledger.ledger import Ledger
from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, facts, incident, notice, owed, record

_S = DeliveryState


class IncidentsContract(LedgerFixtures):
    """Incidents and notices are recorded whole, and numbered once."""

    def test_a_notice_comes_back_as_it_was_recorded(self, ledger: Ledger, other: Ledger) -> None:
        new = notice(incident(), 1, owed("anna", "channel:page"), key="run-7")
        recorded = ledger.incidents.record(new, NOON)

        found = other.incidents.notice_with_key("run-7")
        assert found == recorded
        assert found.facts == facts(incident(), 1)
        assert other.incidents.texts(found.id) == list(new.texts)
        assert [(line.contact, line.state) for line in other.history.lines(found)] == [
            ("anna", _S.PLANNED),
            ("channel:page", _S.PLANNED),
        ]

    def test_a_notice_is_recorded_whole_or_not_at_all(self, ledger: Ledger) -> None:
        def failing() -> Iterator[Planned]:
            yield from owed("anna")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            ledger.incidents.record(notice(incident(), 1, failing()), NOON)

        assert ledger.incidents.all() == []
        assert ledger.incidents.next_ref() == "INC-1"

    def test_the_second_of_two_incidents_prepared_at_once_is_refused(
        self, ledger: Ledger, other: Ledger
    ) -> None:
        ledger.incidents.record(notice(incident(), 1, owed("anna")), NOON)

        with pytest.raises(Refused, match="INC-1"):
            other.incidents.record(notice(incident(), 1, owed("bert")), NOON)

        assert len(ledger.incidents.all()) == 1

    def test_the_second_of_two_updates_prepared_at_once_changes_nothing(
        self, ledger: Ledger, other: Ledger
    ) -> None:
        first = record(ledger, "anna")
        known = ledger.incidents.all()[0]
        ledger.incidents.record(notice(known, 2, owed("anna")), NOON)

        with pytest.raises(Refused, match="somebody else"):
            other.incidents.record(notice(known, 2, owed("bert")), NOON)

        assert [n.sequence for n in other.incidents.notices(known)] == [1, 2]
        assert states(other, first) == {"anna": _S.CANCELLED}

    def test_a_key_belongs_to_one_notice(self, ledger: Ledger) -> None:
        ledger.incidents.record(notice(incident(), 1, owed("anna"), key="run-7"), NOON)
        known = ledger.incidents.all()[0]

        with pytest.raises(Refused, match="run-7"):
            ledger.incidents.record(notice(known, 2, owed("anna"), key="run-7"), NOON)

        assert len(ledger.incidents.notices(known)) == 1

    def test_the_only_open_incident_needs_no_name(self, ledger: Ledger) -> None:
        with pytest.raises(UnknownIncident):
            ledger.incidents.find(None)
        record(ledger, "anna")

        assert ledger.incidents.find(None) == ledger.incidents.find("inc-1") == ledger.incidents.find("1")
        with pytest.raises(UnknownIncident, match="INC-9"):
            ledger.incidents.find("INC-9")

    def test_with_two_open_incidents_one_must_be_named(self, ledger: Ledger) -> None:
        record(ledger, "anna")
        second = incident()
        object.__setattr__(second, "ref", "INC-2")
        ledger.incidents.record(notice(second, 1, owed("anna")), NOON)

        with pytest.raises(AmbiguousIncident):
            ledger.incidents.find(None)

    def test_a_result_is_stored_with_the_notice(self, ledger: Ledger, other: Ledger) -> None:
        new = ledger.incidents.record(notice(incident(), 1, owed("anna"), key="k"), NOON)
        assert new.result is None
        ledger.incidents.finish(new, "{}", after(3))

        found = other.incidents.notice_with_key("k")

        assert found is not None
        assert (found.result, found.finished_at) == ("{}", after(3))
