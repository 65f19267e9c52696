"""One thread that writes what arrives into the ledger, many requests in one transaction.

A ledger belongs to one thread, and a commit waits for the disk: neither may stop the event loop. Receipts
that arrive during a commit are recorded together by the next one.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt, ReceiptsApplied
from broadcast.model.clock import Clock
from broadcast.server.counters import Counters

T = TypeVar("T")
#: Seconds between two transactions. Without a pause, other commands would hardly ever get the lock: SQLite
#: gives it to a process that happens to ask (measured: 748 ms of waiting without a pause, 92 ms with this).
PAUSE = 0.010
#: The most receipts of one transaction, so that no transaction takes long.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Work:
    """Receipts to record, or else something to do with the ledger; `done` gets the result."""

    receipts: Sequence[ChannelReceipt] = ()
    call: Callable[[Ledger], object] | None = None
    done: Future[object] = field(default_factory=Future)


class LedgerWriter:
    """Writes into the ledger from a thread of its own, from `start` to `close`.

    Example:
        >>> writer = LedgerWriter(lambda: open_ledger(settings), SystemClock())
        >>> writer.start()
        >>> applied = await writer.record(receipts)  # durable when this returns
    """

    def __init__(
        self, open_ledger: Callable[[], Ledger], clock: Clock, counters: Counters | None = None
    ) -> None:
        self._open = open_ledger
        self._clock = clock
        self._counters = counters or Counters()
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger writer", daemon=True)
        self._ready: Future[None] = Future()

    def start(self) -> None:
        """Open the ledger; raises `LedgerError`."""
        self._thread.start()
        self._ready.result()

    def close(self) -> None:
        """Finish what was begun, then close the ledger."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()

    async def record(self, receipts: Sequence[ChannelReceipt]) -> ReceiptsApplied:
        """Record receipts and return what they changed, once that is durable; raises `LedgerError`.

        Receipts that are recorded together have one result, that of all of them.
        """
        return cast("ReceiptsApplied", await self._done(_Work(receipts=receipts)))

    async def call(self, act: Callable[[Ledger], T]) -> T:
        """Call `act` in the thread and return its result; raises what it raises."""
        return cast("T", await self._done(_Work(call=act)))

    async def _done(self, work: _Work) -> object:
        self._queue.put(work)
        # Once it is handed over it is carried out, even if the client of the request has gone.
        return await asyncio.shield(asyncio.wrap_future(work.done))

    def _run(self) -> None:
        try:
            ledger = self._open()
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        try:
            while (works := self._next()) or not self._closing.is_set():
                began = self._clock.monotonic()
                self._carry_out(ledger, works)
                self._counters.ledger_writes.observe(self._clock.monotonic() - began)
                self._counters.add("written", count=len(works))
                self._closing.wait(PAUSE)
        finally:
            ledger.close()

    def _next(self) -> list[_Work]:
        """Wait for work, or for the close; return all that is waiting, at most one batch."""
        found: list[_Work | None] = []
        with suppress(queue.Empty):
            # After `close` nothing wakes a wait: its None may have come together with the last work.
            found.append(self._queue.get(block=not self._closing.is_set()))
            while len(found) < _BATCH:
                found.append(self._queue.get_nowait())
        return [work for work in found if work is not None]

    def _carry_out(self, ledger: Ledger, works: Sequence[_Work]) -> None:
        recorded = [work for work in works if work.call is None]
        if recorded:
            receipts = [receipt for work in recorded for receipt in work.receipts]
            now = self._clock.now()
            _settle(recorded, lambda: self._record(ledger, receipts, now))
        for work in works:
            if work.call is not None:
                _settle([work], partial(work.call, ledger))

    def _record(self, ledger: Ledger, receipts: Sequence[ChannelReceipt], now: datetime) -> ReceiptsApplied:
        applied = ledger.receipts.record(receipts, now)
        # Here, not by request: the result is that of all receipts of a batch.
        self._counters.add("unmatched", count=applied.unmatched)
        return applied


def _settle(works: Sequence[_Work], act: Callable[[], object]) -> None:
    """Act once, and give the result or the error to everybody who waits for it."""
    try:
        result = act()
    except Exception as error:  # noqa: BLE001 - the requests raise it
        for work in works:
            work.done.set_exception(error)
    else:
        for work in works:
            work.done.set_result(result)
