"""One thread for the rounds of the clock: what is due is done there.

It has its own event loop and its own connection to the ledger, so that no request waits for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, Unfinished

#: One round; it ends in order if it is asked to, and returns how many seconds later something is due.
ClockRound: TypeAlias = Callable[[Stop], Coroutine[Any, Any, float | None]]
_SHORTEST = 0.2  # seconds between two rounds: something that is due and cannot be done must not keep us busy


class ClockThread:
    """Runs rounds from `start` to `close`: every `every` seconds, when something is due, and if asked to.

    `report` gets one line for a round that failed; the next one is tried as usual.
    """

    def __init__(self, round_: ClockRound, every: float, report: Callable[[str], None]) -> None:
        self._round = round_
        self._every = every
        self._report = report
        self._wake = threading.Event()
        self._closing = False
        self._sooner: float | None = None
        self._stop: Stop | None = None
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Begin with a first round."""
        self._wake.set()
        self._thread.start()

    def ask(self) -> None:
        """Run a round now; any thread may ask."""
        self._wake.set()

    def close(self) -> None:
        """End the round that is under way in order, and the thread."""
        self._closing = True
        if self._stop is not None:
            self._stop.ask()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while self._due():
            self._stop, self._sooner = Stop(), None
            try:
                self._sooner = asyncio.run(self._round(self._stop))
            except (BroadcastError, Unfinished, OSError) as error:
                self._report(f"{error}; hint: {getattr(error, 'hint', None) or 'it is tried again'}")
            except Exception as error:  # noqa: BLE001 - the process must go on listening
                self._report(f"unforeseen {type(error).__name__} in a round of the clock: {error}")

    def _due(self) -> bool:
        """Wait for the time of a round, or until somebody asks; False if there is none any more."""
        sooner = self._every if self._sooner is None else max(_SHORTEST, self._sooner)
        self._wake.wait(min(self._every, sooner))
        self._wake.clear()
        return not self._closing
