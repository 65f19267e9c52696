"""Wait for the ledger no longer than the person at the other end can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from broadcast.errors import BroadcastError

T = TypeVar("T")


async def patiently(work: Awaitable[T], seconds: float) -> T | None:
    """Return the result of work that the ledger's writer does.

    None if the ledger fails, or takes longer: then the work goes on by itself.
    """
    try:
        async with asyncio.timeout(seconds):
            return await work
    except (TimeoutError, BroadcastError):
        return None
