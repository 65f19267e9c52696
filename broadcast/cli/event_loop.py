"""The event loop of a command, and its signals: the lower layers know neither."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from broadcast.dispatch.stop import Stop

T = TypeVar("T")
_STOPPING = (signal.SIGINT, signal.SIGTERM)


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in its own loop and return its result. Ctrl-C raises `KeyboardInterrupt` at once."""
    import asyncio

    with _interrupt_at_once():
        return asyncio.run(work)


def stop_by_signals() -> Stop:
    """Return what ends a run in good order: on Ctrl-C and SIGTERM, but not on a lost terminal."""
    from broadcast.dispatch.stop import Stop

    return Stop(_signals)


@contextmanager
def _signals(ask: Callable[[], None]) -> Iterator[None]:
    """Until the end of the block, call `ask` on Ctrl-C and SIGTERM; ignore a lost terminal.

    Signals belong to the main thread: a program that embeds us in another thread keeps its own handling.
    """
    import asyncio

    if not _in_main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (*_STOPPING, signal.SIGHUP)}
    try:
        for number in _STOPPING:
            # The loop wakes up, whichever thread gets the signal. But it would call no handler while
            # something is computed or recorded, and a request that comes then has to count at once.
            loop.add_signal_handler(number, _woken)
            signal.signal(number, lambda *_: ask())
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        yield
    finally:
        for number in _STOPPING:
            loop.remove_signal_handler(number)
        for number, handler in before.items():
            signal.signal(number, handler)


def _woken() -> None:
    return None


@contextmanager
def _interrupt_at_once() -> Iterator[None]:
    """Keep `asyncio.run` from handling Ctrl-C: it would wait for the answer to an open question."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or not _in_main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.default_int_handler(number, frame)
