"""A sandbox in a thread of this process, so that what is tested may block or run its own loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from broadcast.sandbox.faults import parse_fault
from broadcast.sandbox.server import Sandbox


@contextmanager
def running_sandbox(**options: object) -> Iterator[Sandbox]:
    """A sandbox on a thread of its own, so that what is tested may block or run its own loop."""
    opened: list[Sandbox] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    closing = asyncio.Event()

    async def play() -> None:
        async with Sandbox(**options) as sandbox:  # type: ignore[arg-type]  # tests pass them through
            opened.append(sandbox)
            ready.set()
            await closing.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(play(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()
        loop.close()


def arm(sandbox: Sandbox, *faults: str) -> None:
    """Arm faults, spelled as on the command line."""
    for fault in faults:
        sandbox.fault(parse_fault(fault))
