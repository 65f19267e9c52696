"""Ask a run to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias

#: A source of requests to stop: within its block, it calls the function that it is given.
Asking: TypeAlias = Callable[[Callable[[], None]], AbstractContextManager[None]]


def _nothing_asks(_: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext()


def _ignore(_: int) -> None:
    return None


class Stop:
    """Asks one run to stop: at the first time it waits for answers, at the second it does not.

    Attributes:
        asked: How many times it was asked.
        wake_up: Set whenever the engine should look for work.

    Args:
        asking: What asks, for example the signals of a terminal. It begins just before the notice is
            recorded; an interrupt before that needs no order.

    Example:
        stop = Stop()
        running = asyncio.create_task(publisher.publish(request, limits, consent, stop))
        stop.ask()
    """

    def __init__(self, asking: Asking = _nothing_asks) -> None:
        self.asked = 0
        self.wake_up = asyncio.Event()
        self._asking = asking
        self._answer: Callable[[int], None] = _ignore
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Let `asking` ask until the end of the block, in which the run can end in order."""
        self._loop = asyncio.get_running_loop()
        try:
            with self._asking(self.ask):
                yield
        finally:
            self._loop = None

    @contextmanager
    def answered(self, answer: Callable[[int], None]) -> Iterator[None]:
        """Call `answer` at each request to stop until the end of the block, with their number so far."""
        self._answer = answer
        try:
            yield
        finally:
            self._answer = _ignore

    def ask(self) -> None:
        """Ask the run to stop; a signal handler and another thread may do so as well."""
        # It counts at once, also while the loop is busy; the answer comes when the loop has time.
        self.asked += 1
        if self._loop is None:
            self.wake_up.set()
        else:
            self._loop.call_soon_threadsafe(self._tell, self.asked)

    def _tell(self, asked: int) -> None:
        self.wake_up.set()
        self._answer(asked)
