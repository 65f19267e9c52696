from __future__ import annotations

import asyncio
import threading

from broadcast.model.clock import SystemClock
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.wiring import open_ledger


async def test_the_writer_closes_although_work_came_just_before(settings):
    """Kind: what wakes a waiting thread is read together with other work, and the next wait has none."""
    writer = LedgerWriter(lambda: open_ledger(settings), SystemClock())
    closing = threading.Thread(target=writer.close, daemon=True)
    begun, followed = threading.Event(), threading.Event()
    writer.start()

    def close_meanwhile(_):
        begun.set()
        followed.wait(20)
        closing.start()
        closing.join(0.2)  # it cannot end before this work does

    first = writer.call(close_meanwhile)
    await asyncio.to_thread(begun.wait, 20)
    last = writer.call(lambda _: "recorded")
    await asyncio.sleep(0)
    followed.set()
    await first
    await asyncio.to_thread(closing.join, 20)

    assert await last == "recorded"
    assert not closing.is_alive()
