"""The contract of stores: statements, transactions, lists and paces."""

from __future__ import annotations

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.store import Run, Store
from broadcast.model.clock import SystemClock
from broadcast.model.pace import Pace, Pause
from broadcast.testing.ledger_fixtures import LedgerFixtures, OpenStore
from broadcast.testing.ledger_samples import NOON, after, claim, record


class StoreContract(LedgerFixtures):
    """Statements, transactions, lists and paces, as `broadcast.ledger.store` has them."""

    def test_a_transaction_is_written_whole_or_not_at_all(self, store: Store, open_store: OpenStore) -> None:
        def failing() -> None:
            with store.transaction() as connection:
                connection.execute("reserve_number", (7,))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            failing()
        with store.transaction() as connection:
            connection.execute("reserve_number", (2,))

        second = open_store()
        with second.reading() as connection:
            assert connection.execute("next_incident_number").fetchone()[0] == 3
        second.close()

    def test_a_column_is_found_by_its_name_and_by_its_place(self, store: Store) -> None:
        with store.transaction() as connection:
            connection.execute("keep_target", {"channel": "chat", "target": "room 7"})
            (row,) = connection.execute("targets").fetchall()

        assert (row["channel"], row[1]) == ("chat", "room 7")
        assert tuple(row) == ("chat", "room 7")
        assert len(row) == 2

    def test_a_list_is_one_value(self, store: Store) -> None:
        new = record(Ledger(store), "anna", "bert", "carl")
        with store.reading() as connection:
            (anna, bert, _) = (line.contact for line in Ledger(store).history.lines(new))
            people = connection.execute("addresses").fetchall()
            wanted = [row["id"] for row in people if row["contact"] in {anna, bert}]
            found = connection.execute("addresses_of_recipients", {"recipients": wanted}).fetchall()
            none = connection.execute("addresses_of_recipients", {"recipients": []}).fetchall()

        assert sorted(row["person"] for row in found) == ["anna", "bert"]
        assert none == []

    def test_a_statement_says_how_many_rows_it_changed(self, store: Store) -> None:
        with store.transaction() as connection:
            connection.executemany("keep_pace", [("sms", 1.0), ("voice", 2.0)])
            assert connection.execute("pause", ("sms", 1.0, 5.0, "slower")).rowcount == 1
            assert connection.execute("pause", ("sms", 1.0, 4.0, "sooner")).rowcount == 0

    def test_a_pace_holds_for_all_connections_together(self, ledger: Ledger, other: Ledger, run: Run) -> None:
        new = record(ledger, *(f"p{number}" for number in range(9)), route=("sms",))
        paces, clock = {"sms": Pace(rate=1.0, burst=3)}, SystemClock()
        works = [one.deliveries(new.id, run, paces, clock=clock) for one in (ledger, other)]

        claimed = [len(claim(work, "sms")) for work in works]

        assert claimed == [3, 0]

    def test_a_pause_that_a_provider_asked_for_holds_for_all_connections(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna", route=("sms",))
        ledger.deliveries(new.id, run, clock=SystemClock()).turn(
            [], {}, NOON, [Pause("sms", 30.0, "slower, please")]
        )
        theirs = other.deliveries(new.id, run, clock=SystemClock())

        turn = theirs.turn([], {"sms": 1}, after(29))
        assert turn.claims["sms"] == []
        assert [(pause.channel, pause.seconds, pause.reason) for pause in turn.pauses] == [
            ("sms", 1.0, "slower, please")
        ]
        assert len(claim(theirs, "sms", seconds=30)) == 1

    def test_a_store_has_a_name_and_reports_that_it_is_intact(self, store: Store) -> None:
        assert store.name
        assert store.check() == "ok"
        assert len(store.secret()) >= 16
