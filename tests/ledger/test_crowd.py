"""The lock on the ledger: waited for while others write one after the other, not while one keeps it."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from broadcast.errors import LedgerBusy
from broadcast.ledger.ledger import Ledger
from broadcast.testing.ledger_samples import record

WAIT = 0.5  # seconds that SQLite waits for the lock
HELD = 0.1  # seconds that each of the others keeps it
TURNS = 8


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.db"
    Ledger.open(path).close()
    return path


@pytest.fixture
def crowd(path):
    """Others who write without a gap, together for longer than SQLite waits; returns who is done."""
    written: list[int] = []
    begun = threading.Event()

    def write() -> None:
        other = sqlite3.connect(path, isolation_level=None)
        for turn in range(TURNS):
            other.execute("BEGIN IMMEDIATE")
            begun.set()
            other.execute("INSERT INTO breaker (channel, opened_at, reason) VALUES (?, 0, '')", (str(turn),))
            threading.Event().wait(HELD)
            other.execute("COMMIT")
            written.append(turn)
        other.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    yield written
    thread.join()


@pytest.fixture
def other(path):
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def test_a_writer_gets_its_turn_among_others_who_go_on_writing(path, crowd):
    ledger = Ledger.open(path, wait=WAIT)

    record(ledger, "anna")

    assert len(crowd) >= 1
    ledger.close()


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_lock_that_one_process_keeps_is_not_waited_for(path, other, lock):
    ledger = Ledger.open(path, wait=WAIT)
    other.execute(lock)

    with pytest.raises(LedgerBusy):
        record(ledger, "anna")
    ledger.close()


def test_opening_fails_once_and_can_be_tried_again(path, other):
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(LedgerBusy):
        Ledger.open(path, wait=WAIT)
    other.execute("ROLLBACK")
    Ledger.open(path, wait=WAIT).close()
