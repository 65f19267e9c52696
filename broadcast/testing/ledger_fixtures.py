"""Fixtures that the contract suites of a ledger share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from broadcast.errors import UnknownCommit
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.store import Connection, Run, Store
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_samples import NOON, claim, settled

OpenStore = Callable[[], Store]


class LosesAnswers:
    """A store that commits, but raises `UnknownCommit` afterwards unless `answers` is true."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.answers = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._store.transaction() as connection:
            yield connection
        if not self.answers:
            raise UnknownCommit("the answer was lost")


class StoppedClock(SystemClock):
    """A clock whose monotonic seconds only pass when they are added to `at`."""

    at = 100.0

    def monotonic(self) -> float:
        """Return `at`."""
        return self.at


class SlowToCommit:
    """A store whose commits take 3 seconds of its clock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.clock = StoppedClock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write, and let time pass before it is on disk."""
        with self._store.transaction() as connection:
            yield connection
        self.clock.at += 3


class LedgerFixtures:
    """Ledgers to test. Needs the fixture `open_store`: each call is another connection to one ledger."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> Iterator[Store]:
        store = open_store()
        yield store
        store.close()

    @pytest.fixture
    def losing(self, store: Store) -> LosesAnswers:
        return LosesAnswers(store)

    @pytest.fixture
    def ledger(self, store: Store) -> Ledger:
        return Ledger(store)

    @pytest.fixture
    def other(self, open_store: OpenStore) -> Iterator[Ledger]:
        """A second connection to the same ledger."""
        ledger = Ledger(open_store())
        yield ledger
        ledger.close()

    @pytest.fixture
    def run(self, ledger: Ledger) -> Iterator[Run]:
        run = ledger.runs.begin()
        yield run
        run.end()


def states(ledger: Ledger, of: Notice) -> dict[str, DeliveryState]:
    """Return the state of each delivery of a notice, by contact."""
    return {line.contact: line.state for line in ledger.history.lines(of)}


def refuse(work: Deliveries, *channels: str, outcomes: tuple[str, ...] = ()) -> None:
    """Let every channel of its route refuse one delivery; on the last one it is held."""
    for step, channel in enumerate(channels):
        (claimed,) = claim(work, channel)
        outcome = outcomes[step] if outcomes else "rejected"
        last = step + 1 == len(channels)
        state, following = (DeliveryState.HELD, step) if last else (DeliveryState.PLANNED, step + 1)
        work.turn([settled(claimed, state, outcome, step=following)], {}, NOON)
