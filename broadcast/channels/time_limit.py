"""A limit for the time in which others may answer or finish asking, counted while this process listens.

A process may stand still: Ctrl-Z, a virtual machine that is moved, a machine under load. When it goes on, the
answer has arrived, and the time is over as well. asyncio then cancels the request first, so that a message
that was accepted would count as unknown, and be sent again where nobody can be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

STOOD_STILL = 0.05  # seconds; a loop that has time for its timers is late by less
_TO_READ = 0.5  # seconds to read what arrived meanwhile


@asynccontextmanager
async def time_limit(seconds: float) -> AsyncIterator[None]:
    """Raise `TimeoutError` in the block after that time.

    If the process stood still just then, the block has half a second more. Under load that may happen again
    and again, so the block takes at most twice `seconds` of the time in which the process runs.
    """
    async with asyncio.timeout(None) as limit:
        expiry = _Expiry(limit, seconds)
        try:
            yield
        finally:
            expiry.cancel()


class _Expiry:
    """Lets a limit expire in `seconds`, or somewhat later if the loop is late itself."""

    def __init__(self, limit: asyncio.Timeout, seconds: float) -> None:
        self._limit = limit
        self._spare = seconds
        self._loop = asyncio.get_running_loop()
        self._wait(seconds)

    def cancel(self) -> None:
        """Do not let it expire."""
        self._handle.cancel()

    def _wait(self, seconds: float) -> None:
        self._due = self._loop.time() + seconds
        self._handle = self._loop.call_at(self._due, self._over)

    def _over(self) -> None:
        late = self._loop.time() - self._due
        more = min(_TO_READ, self._spare) if late > STOOD_STILL else 0.0
        if more > 0:
            self._spare -= more
            self._wait(more)
        else:
            self._limit.reschedule(self._loop.time())
