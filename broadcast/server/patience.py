"""Wait for the ledger no longer than the person at the other end can."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, TypeVar

from broadcast.errors import BroadcastError

T = TypeVar("T")


class LedgerPatience:
    """Waits so many seconds, with one timer for everybody: a timer for each costs as much as a signature.

    Example:
        >>> patience = LedgerPatience(0.25)
        >>> await patience.wait(writer.record_step("call", step))
        True
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        #: When each wait ends, the first one first. While there are any, a timer runs.
        self._waits: deque[tuple[float, asyncio.Future[Any]]] = deque()

    async def wait(self, work: asyncio.Future[T]) -> T | None:
        """Return the result of work that the ledger's writer does.

        None if the ledger fails, or takes longer: then the work goes on by itself.
        """
        loop = work.get_loop()
        if not self._waits:
            loop.call_later(self._seconds, self._give_up, loop)
        self._waits.append((loop.time() + self._seconds, work))
        try:
            return await work
        except (TimeoutError, BroadcastError):
            return None

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waits:
            until, work = self._waits[0]
            if not work.done() and until > loop.time():
                loop.call_at(until, self._give_up, loop)
                return
            self._waits.popleft()
            if not work.done():
                work.set_exception(TimeoutError())
