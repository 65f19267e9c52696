"""Requests that are being answered, so that the process can let them finish before it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class RequestsInProgress:
    """Counts requests from their first line to their answer."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        """Count one more, until the end of the block."""
        self._count += 1
        self._none.clear()

    def __exit__(self, *error: object) -> None:
        self._count -= 1
        if self._count == 0:
            self._none.set()

    async def finish(self, seconds: float) -> None:
        """Wait until no request is under way, `seconds` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._none.wait()
