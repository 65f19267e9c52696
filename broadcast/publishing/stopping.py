"""Handle signals while a notice is recorded and sent: none of them ends the program in the middle."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def outliving_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Until the end of the block, Ctrl-C and a polite kill call `stop`, and a lost terminal is ignored.

    Signals belong to the main thread: a program that embeds us in another thread keeps its own handling.
    """
    try:
        previous = {number: signal.signal(number, lambda *_: stop()) for number in _STOPPING}
        previous[signal.SIGHUP] = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def waking_the_loop(stop: Callable[[], None]) -> Iterator[None]:
    """The same inside the running event loop, which a plain handler would not wake up."""
    loop = asyncio.get_running_loop()
    try:
        before = {number: signal.getsignal(number) for number in _STOPPING}
        for number in _STOPPING:
            loop.add_signal_handler(number, stop)
    except (ValueError, RuntimeError):
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
