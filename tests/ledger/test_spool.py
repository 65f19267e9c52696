"""What waits beside the ledger is lost by nothing, and recorded in the order of its arrival."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from broadcast.errors import LedgerBusy
from broadcast.ledger.spool import LedgerSpool, answers_spool, waiting


def from_line(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "broadcast.db"


@pytest.fixture
def spool(ledger):
    return LedgerSpool(answers_spool(ledger), json.dumps, from_line)


def test_everything_is_recorded_once_in_order_and_the_file_is_removed(spool, ledger):
    recorded: list[str] = []
    spool.add("one")
    spool.add("two")
    assert waiting(ledger) == {spool.path: 2}

    assert spool.replay(recorded.extend) == 2
    assert spool.replay(recorded.extend) == 0

    assert recorded == ["one", "two"]
    assert not spool.path.exists()


def test_items_of_many_that_come_at_once_are_kept_each_once(spool):
    with ThreadPoolExecutor(8) as people:
        list(people.map(spool.add, range(50)))
    recorded: list[int] = []

    assert spool.replay(recorded.extend) == 50
    assert sorted(recorded) == list(range(50))


def test_what_cannot_be_recorded_stays(spool):
    def fail(_):
        raise LedgerBusy("locked")

    spool.add("one")
    with pytest.raises(LedgerBusy):
        spool.replay(fail)
    recorded: list[str] = []
    spool.replay(recorded.extend)

    assert recorded == ["one"]


def test_what_arrives_during_a_replay_stays_for_the_next(spool):
    spool.add("one")
    first: list[str] = []
    second: list[str] = []

    def record(items):
        first.extend(items)
        spool.add("two")

    spool.replay(record)
    spool.replay(second.extend)

    assert (first, second) == (["one"], ["two"])


def test_two_that_replay_at_once_remove_only_what_both_recorded(spool):
    spool.add("one")
    recorded: list[str] = []

    def record(items):
        if not recorded:
            recorded.extend(items)
            spool.replay(recorded.extend)  # another process is faster
            spool.add("two")

    spool.replay(record)
    spool.replay(recorded.extend)

    assert recorded == ["one", "one", "two"]


def test_a_line_that_a_process_was_killed_in_does_no_harm_to_the_next(spool, ledger):
    spool.add("one")
    with spool.path.open("ab") as file:
        file.write(b'"tor')
    assert waiting(ledger) == {spool.path: 1}
    spool.add("two")
    recorded: list[str] = []

    spool.replay(recorded.extend)

    assert recorded == ["one", "two"]
    assert not spool.path.exists()


def test_many_threads_lose_nothing(spool):
    recorded: list[int] = []
    adding = [threading.Thread(target=lambda n=n: [spool.add(n) for _ in range(20)]) for n in range(4)]
    for thread in adding:
        thread.start()
    while any(thread.is_alive() for thread in adding):
        spool.replay(recorded.extend)
    for thread in adding:
        thread.join()
    spool.replay(recorded.extend)

    assert sorted(recorded) == sorted([0, 1, 2, 3] * 20)
