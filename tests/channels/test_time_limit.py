"""A time limit counts the time in which the process listens."""

from __future__ import annotations

import asyncio
import threading

import pytest

from broadcast.channels.time_limit import time_limit

LIMIT = 0.2


async def waiting(seconds: float = LIMIT) -> None:
    async with time_limit(seconds):
        await asyncio.Event().wait()


async def test_without_an_answer_it_ends():
    with pytest.raises(TimeoutError):
        await waiting()


async def test_what_arrived_while_the_process_stood_still_counts():
    answered = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stand_still() -> None:
        threading.Event().wait(2 * LIMIT)
        # As bytes that arrived: the loop sees them in the pass in which it sees that the time is over.
        loop.call_soon(answered.set)

    async with time_limit(LIMIT):
        loop.call_soon(stand_still)
        await answered.wait()


async def test_who_never_answers_gets_no_time_without_end_from_a_loop_that_is_always_late():
    loop = asyncio.get_running_loop()

    over = threading.Event()

    def stand_still() -> None:
        if not over.wait(LIMIT):
            loop.call_soon(stand_still)

    loop.call_soon(stand_still)
    with pytest.raises(TimeoutError):
        await waiting()
    over.set()


async def test_who_cancels_it_is_no_time_that_is_over():
    task = asyncio.create_task(waiting(60))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
