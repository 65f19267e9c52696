"""One thread that writes what arrives into the ledger, many requests in one transaction.

A ledger belongs to one thread, and a commit waits for the disk: neither may stop the event loop. Receipts
that arrive during a commit are recorded together by the next one, and so are steps of phone calls.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from broadcast.errors import LedgerBusy, UnknownCommit
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt, ReceiptsApplied
from broadcast.model.call_step import CallStep
from broadcast.model.clock import Clock
from broadcast.server.counters import Counters

T = TypeVar("T")
#: Seconds between two transactions. Without a pause, other commands would hardly ever get the lock: SQLite
#: gives it to a process that happens to ask (measured: 748 ms of waiting without a pause, 92 ms with this).
PAUSE = 0.010
#: The most requests of one transaction, so that no transaction takes long.
_BATCH = 500
#: Does something with the ledger and the items of all requests that are waiting for the same to be done.
_Act = Callable[[Ledger, Sequence[Any]], object]


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What a request wants done; `done` gets the result."""

    act: _Act
    done: asyncio.Future[Any]
    items: Sequence[object] = ()


#: Who waits, with the result or the error.
_Done = tuple[asyncio.Future[Any], object, Exception | None]


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

    def record(self, receipts: Sequence[ChannelReceipt]) -> asyncio.Future[ReceiptsApplied]:
        """Record receipts and return what they changed, once that is durable; raises `LedgerError`.

        Receipts that are recorded together have one result, that of all of them.
        """
        return self._future(self._record_receipts, receipts)

    def record_step(self, channel: str, step: CallStep) -> asyncio.Future[bool]:
        """Record a step of a phone call with its effects; True once that is durable. Raises `LedgerError`."""
        return self._future(_record_steps, [(channel, step)])

    def call(self, act: Callable[[Ledger], T]) -> asyncio.Future[T]:
        """Call `act` in the thread and return its result; raises what it raises."""
        return self._future(lambda ledger, _: act(ledger))

    def _future(
        self, act: Callable[[Ledger, Sequence[Any]], T], items: Sequence[object] = ()
    ) -> asyncio.Future[T]:
        # Once it is handed over it is carried out, even if the client of the request has gone.
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Work(act, done, items))
        return done

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
                _answer(_carry_out(ledger, works))
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

    def _record_receipts(self, ledger: Ledger, receipts: Sequence[ChannelReceipt]) -> ReceiptsApplied:
        applied = ledger.receipts.record(receipts, self._clock.now())
        # Here, not by request: the result is that of all receipts of a batch.
        self._counters.add("unmatched", count=applied.unmatched)
        return applied


def _record_steps(ledger: Ledger, steps: Sequence[tuple[str, CallStep]]) -> bool:
    by_channel: dict[str, list[CallStep]] = {}
    for channel, step in steps:
        by_channel.setdefault(channel, []).append(step)
    for channel, recorded in by_channel.items():
        ledger.calls.record(channel, recorded)
    return True


def _carry_out(ledger: Ledger, works: Sequence[_Work]) -> list[_Done]:
    """Do what is the same for several requests once, for all of them."""
    same: dict[_Act, list[_Work]] = {}
    for work in works:
        same.setdefault(work.act, []).append(work)
    return [done for act, together in same.items() for done in _carry_out_together(ledger, act, together)]


def _carry_out_together(ledger: Ledger, act: _Act, works: Sequence[_Work]) -> list[_Done]:
    """Act once; everybody who waits for it gets the result or the error."""
    try:
        result = act(ledger, [item for work in works for item in work.items])
    except Exception as error:  # noqa: BLE001 - the requests raise it
        if len(works) > 1 and not isinstance(error, LedgerBusy | UnknownCommit):
            # What one request brought may be what cannot be recorded: it must not take the others with it.
            return [done for work in works for done in _carry_out_together(ledger, act, [work])]
        return [(work.done, None, error) for work in works]
    return [(work.done, result, None) for work in works]


def _answer(done: Sequence[_Done]) -> None:
    """Wake the requests. Their event loop is interrupted once for all of them, because that is not cheap."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Done]] = {}
    for one in done:
        by_loop.setdefault(one[0].get_loop(), []).append(one)
    for loop, ours in by_loop.items():
        with suppress(RuntimeError):  # it has ended, and nobody waits any more
            loop.call_soon_threadsafe(_wake, ours)


def _wake(done: Sequence[_Done]) -> None:
    for future, result, error in done:
        if future.done():  # the request has gone, or lost patience
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
