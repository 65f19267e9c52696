"""How a run is asked to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias

#: Whoever wants a run to end: calls what it is given, until the end of the block.
Asking: TypeAlias = Callable[[Callable[[], None]], AbstractContextManager[None]]


def _nothing_asks(_: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext()


def _ignore(_: int) -> None:
    return None


class Stop:
    """A request to end one run: the first lets requests finish, the second cuts them off.

    `asking` is what makes the request, for example the signals of a terminal. It begins when the run can end
    in order, just before the notice is recorded; an interrupt that comes earlier needs no order.
    `wake_up` is set whenever the engine should look for work.

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
        """Let `asking` ask until the end of the block, in which a run can end in order."""
        self._loop = asyncio.get_running_loop()
        try:
            with self._asking(self.ask):
                yield
        finally:
            self._loop = None

    @contextmanager
    def answered(self, answer: Callable[[int], None]) -> Iterator[None]:
        """Tell `answer` of each request until the end of the block, and how many there were with it."""
        self._answer = answer
        try:
            yield
        finally:
            self._answer = _ignore

    def ask(self) -> None:
        """Ask once more. A signal handler and another thread may do so, too.

        It counts at once, even if the loop is busy; the loop tells about it as soon as it comes to that.
        """
        self.asked += 1
        if self._loop is None:
            self.wake_up.set()
        else:
            self._loop.call_soon_threadsafe(self._tell, self.asked)

    def _tell(self, asked: int) -> None:
        self.wake_up.set()
        self._answer(asked)
