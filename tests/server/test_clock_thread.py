"""Kind: what is due is done at the next usual round, and people wait for it."""

from __future__ import annotations

import threading

from broadcast.dispatch.stop import Stop
from broadcast.server.clock_thread import ClockThread

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
