"""Ask a provider about each of several messages, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from broadcast.model.inbound import AwaitedReceipt, Receipt

#: How old a message is when its provider is first asked. `LATE` is for one that is to tell us by itself, so
#: that it is asked only about what it did not tell.
SOON, LATE = timedelta(minutes=1), timedelta(minutes=30)
#: Requests at the same time: news may wait, and messages that are being sent may not.
_AT_ONCE = 4
_SECONDS = 20.0


async def ask_each(
    awaited: Sequence[AwaitedReceipt], ask: Callable[[str], Awaitable[Receipt | None]]
) -> list[Receipt]:
    """Return what `ask` finds out about each message by its id; None is no news.

    What is not answered in 20 seconds is left out, so that a slow provider keeps nothing else waiting.
    """
    if not awaited:
        return []
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: str) -> Receipt | None:
        async with turns:
            return await ask(ref)

    asked = [asyncio.ensure_future(one(each.ref)) for each in awaited]
    done, late = await asyncio.wait(asked, timeout=_SECONDS)
    for each in late:
        each.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    news = [each.result() for each in asked if each in done]
    return [receipt for receipt in news if receipt is not None]
