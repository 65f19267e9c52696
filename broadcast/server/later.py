"""Work that goes on after a request was answered: providers wait for a few seconds only."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Work: TypeAlias = Callable[[], Awaitable[str | None]]


class LaterWork:
    """Tasks of the process, one after the other for each name; what goes wrong is told to `trouble`.

    Example:
        >>> later = LaterWork(report)
        >>> later.start("room", "1777896000.000100", show)
        >>> await later.finish(1.0)
    """

    def __init__(self, trouble: Callable[[str], None]) -> None:
        self._trouble = trouble
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: set[tuple[str, str]] = set()

    def start(self, name: str, about: str, work: Work) -> None:
        """Begin it as soon as it is its turn.

        Args:
            name: Whose turn: the channel.
            about: What it is about. If work about the same waits already, this is dropped, because that work
                will see what is new.
            work: Returns what went wrong, or None.
        """
        place = (name, about)
        if place in self._waiting:
            return
        self._waiting.add(place)
        task = asyncio.create_task(self._run(place, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, seconds: float) -> None:
        """Wait until all is done, so many seconds at most; drop the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, place: tuple[str, str], work: Work) -> None:
        name = place[0]
        async with self._turns[name]:
            self._waiting.discard(place)
            try:
                said = await work()
            except Exception as error:  # noqa: BLE001 - nobody waits for it who could be told
                said = type(error).__name__
        if said:
            self._trouble(f"{name}: {said}")
