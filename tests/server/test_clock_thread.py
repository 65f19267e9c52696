"""Kind: what is due is done at the next usual round, and people wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcast.dispatch.stop import Stop
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.server.clock_thread import LONGEST_SILENCE, ClockThread
from broadcast.server.health import HealthRoute
from broadcast.server.ledger_writer import LedgerWriter

_LONG = 3600.0


def test_a_round_that_knows_what_is_due_is_followed_by_one_at_that_time():
    seen: list[int] = []
    enough = threading.Event()

    async def round_(stop: Stop) -> float | None:
        del stop
        seen.append(1)
        if len(seen) == 3:
            enough.set()
        return 0.01 if len(seen) < 3 else None

    thread = ClockThread(round_, _LONG, lambda line: None)
    thread.start()

    assert enough.wait(30)
    thread.close()
    assert len(seen) == 3


class OffsetClock(SystemClock):
    """The machine's clock, put on by some seconds."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[LedgerWriter]:
    writer = LedgerWriter(lambda: Ledger.open(tmp_path / "broadcast.db"), SystemClock())
    writer.start()
    yield writer
    writer.close()


async def test_a_clock_that_hangs_fails_the_health_check_after_five_minutes_and_recovers(writer):
    clock, begun, hanging, goes_on = OffsetClock(), threading.Event(), threading.Event(), threading.Event()

    async def round_(stop: Stop) -> float | None:
        del stop
        begun.set()
        hanging.wait(30)
        thread.moved()
        goes_on.set()
        return None

    thread = ClockThread(round_, _LONG, lambda line: None, clock)
    health = HealthRoute(writer, thread.works)
    thread.start()
    assert begun.wait(30)

    clock.ahead = LONGEST_SILENCE - 30
    before = await health.works()
    clock.ahead = LONGEST_SILENCE + 1
    after = await health.works()
    hanging.set()
    assert goes_on.wait(30)

    assert (before, after, await health.works()) == (True, False, True)
    thread.close()


def test_a_round_that_goes_on_for_an_hour_may_do_so_if_it_moves():
    clock, seen, over = OffsetClock(), [], threading.Event()

    async def round_(stop: Stop) -> float | None:
        del stop
        for _ in range(12):
            clock.ahead += LONGEST_SILENCE - 1
            seen.append(thread.works())
            thread.moved()
        over.set()
        return None

    thread = ClockThread(round_, _LONG, lambda line: None, clock)
    thread.start()

    assert over.wait(30)
    thread.close()
    assert seen == [True] * 12


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_thread_that_died_fails_the_health_check(writer):
    died = threading.Event()

    async def round_(stop: Stop) -> float | None:
        del stop
        died.set()
        raise SystemExit

    thread = ClockThread(round_, _LONG, lambda line: None)
    health = HealthRoute(writer, thread.works)
    thread.start()
    assert died.wait(30)
    for one in threading.enumerate():
        if one.name == "clock":
            one.join(30)

    assert not await health.works()
