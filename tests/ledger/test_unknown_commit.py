"""A commit that fails on the way to the disk may be there or not; another run must not owe it for ever."""

from __future__ import annotations

import resource
from contextlib import contextmanager

import pytest

from broadcast.errors import UnknownCommit
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.testing.ledger_samples import claim, record


@contextmanager
def files_no_larger_than(size):
    """Let no file of this process grow beyond that; SQLite is told that the disk fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def test_a_disk_that_fails_at_the_end_of_a_turn_leaves_it_in_doubt(ledger, tmp_path):
    new = record(ledger, *(f"p{number}" for number in range(2000)), route=("sms",))
    run = ledger.runs.begin()
    work, former = ledger.deliveries(new.id, run, clock=SystemClock()), run.id

    with files_no_larger_than((tmp_path / "ledger.db").stat().st_size), pytest.raises(UnknownCommit):
        claim(work, "sms", 2000)

    assert run.id != former
    assert ledger.runs.alive(former) is None
    assert len(claim(work, "sms", 2000)) == 2000
    assert work.owners() == [run.id]
    run.end()
    assert ledger.check() == "ok"
