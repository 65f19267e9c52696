"""What the sandbox's providers send to `serve`: receipts, a moment after they accepted, replies and keys.

It posts to this machine alone, whatever address a message names.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from broadcast.errors import UsageError
from broadcast.sandbox.loopback import is_loopback
from broadcast.sandbox.wire.base import Callback

if TYPE_CHECKING:
    import aiohttp

_DELAY = 0.3  # seconds between the acceptance and the receipt
_WITHIN = 10.0  # seconds for the answer
_AT_ONCE = 16
_LARGEST = 64 * 1024  # bytes of an answer


class CallbackSender:
    """Posts callbacks: later and once (`post_later`), or at once with the answer (`post`)."""

    def __init__(self, delay: float = _DELAY) -> None:
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    @property
    def pending(self) -> int:
        """How many callbacks were not answered yet."""
        return len(self._tasks)

    def post_later(self, callback: Callback) -> None:
        """Post it a moment later; an address elsewhere, or where nobody listens, gets nothing."""
        if is_loopback(callback.url):
            task = asyncio.create_task(self._after_a_moment(callback))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def post(self, callback: Callback) -> tuple[int, bytes]:
        """Return the status and the body of the answer.

        Raises:
            UsageError: The address is not on this machine, or nobody listens there.
        """
        import aiohttp

        if not is_loopback(callback.url):
            raise UsageError(
                f"{callback.url} is not on this machine, so the sandbox does not post to it",
                hint="start `broadcast --sandbox serve` first, then send the notice again",
            )
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_WITHIN))
        try:
            async with (
                self._free,
                self._session.post(
                    callback.url, data=callback.body, headers=callback.headers, allow_redirects=False
                ) as answer,
            ):
                return answer.status, await answer.content.read(_LARGEST)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise UsageError(
                f"nobody answers at {callback.url}", hint="start `broadcast --sandbox serve` first"
            ) from None

    async def close(self) -> None:
        """Drop what was not posted yet, and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _after_a_moment(self, callback: Callback) -> None:
        await asyncio.sleep(self._delay)
        with suppress(UsageError):
            await self.post(callback)
