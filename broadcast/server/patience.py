"""Wait for the ledger no longer than the person at the other end can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from broadcast.errors import BroadcastError

T = TypeVar("T")


async def patiently(work: Awaitable[T], seconds: float) -> T | None:
    """Return the result; None if the ledger fails, or takes longer: then the work goes on by itself."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_forget)
        return None
    try:
        return task.result()
    except BroadcastError:
        return None


def _forget(task: asyncio.Future[T]) -> None:
    """Read the result of work that nobody waits for any more, so that its error is not reported as unseen."""
    if not task.cancelled():
        task.exception()
