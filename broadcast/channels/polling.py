"""Ask a provider about each of several messages, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from broadcast.model.inbound import AwaitedReceipt, Receipt

#: Requests at the same time: news may wait, and messages that are being sent may not.
_AT_ONCE = 4


async def ask_each(
    awaited: Sequence[AwaitedReceipt], ask: Callable[[str], Awaitable[Receipt | None]]
) -> list[Receipt]:
    """Return what `ask` finds out about each message by its id; None is no news."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: str) -> Receipt | None:
        async with turns:
            return await ask(ref)

    found = await asyncio.gather(*(one(each.ref) for each in awaited))
    return [receipt for receipt in found if receipt is not None]
