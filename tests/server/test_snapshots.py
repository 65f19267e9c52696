"""Kind: one thing that cannot be read any more keeps callers from hearing everything else."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from broadcast.errors import ConfigError, LedgerBusy
from broadcast.hotline.snapshot import Agent, Snapshot
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.server.snapshots import Snapshots
from tests.hotline.telephone_call import ANNA, snapshot


@pytest.fixture
def read_often(settings):
    """Return what is known once it was read a few times, and what trouble there was."""

    def read_so(read, catch_up=lambda _: None) -> tuple[Snapshot, list[str]]:
        trouble: list[str] = []
        enough, times = threading.Event(), iter(range(10_000))

        def counted(ledger: Ledger, agents: Sequence[Agent] | None) -> Snapshot:
            time = next(times)
            if time > 6:
                enough.set()
            return read(time, agents)

        snapshots = Snapshots(
            lambda: Ledger.open(settings.ledger),
            catch_up,
            counted,
            SystemClock(),
            trouble.append,
            every=0.001,
        )
        snapshots.start()
        assert enough.wait(20)
        snapshots.close()
        return snapshots.latest(), trouble

    return read_so


def test_who_was_on_duty_stays_so_while_the_rota_cannot_be_read(read_often):
    def read(time, agents):
        if time == 0:
            return snapshot(organisation="before", agents=(ANNA,))
        if agents is None:
            raise ConfigError("agents.csv is missing")
        return snapshot(organisation="now", agents=agents)

    known, trouble = read_often(read)

    assert (known.organisation, known.agents) == ("now", (ANNA,))
    assert trouble == ["hotline: agents.csv is missing"]


def test_what_is_new_is_told_while_the_ledger_cannot_be_written(read_often):
    def busy(_: Ledger) -> None:
        raise LedgerBusy("the ledger is locked")

    known, trouble = read_often(lambda time, _: snapshot(organisation="now" if time else "before"), busy)

    assert known.organisation == "now"
    assert trouble == ["hotline: the ledger is locked"]


def test_an_unforeseen_error_is_reported_and_read_over(read_often):
    def read(time, _):
        if time == 1:
            raise ZeroDivisionError
        return snapshot(organisation="now" if time else "before")

    known, trouble = read_often(read)

    assert known.organisation == "now"
    assert trouble == ["hotline: ZeroDivisionError while the state was read"]
