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
from broadcast.model.clock import Clock, SystemClock

#: One round; it ends in order if it is asked to, and returns how many seconds later something is due.
ClockRound: TypeAlias = Callable[[Stop], Coroutine[Any, Any, float | None]]
_SHORTEST = 0.2  # seconds between two rounds: something that is due and cannot be done must not keep us busy
#: Seconds in which a round must begin a job, hear of a message or end. A notice may take a minute in one
#: round, and its last requests as long as the timeout of their channel: only what hangs is silent longer.
LONGEST_SILENCE = 300.0


class ClockThread:
    """Runs rounds from `start` to `close`: every `every` seconds, when something is due, and if asked to.

    `report` gets one line for a round that failed; the next one is tried as usual. A round calls `moved`
    whenever it gets on.
    """

    def __init__(
        self,
        round_: ClockRound,
        every: float,
        report: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._round = round_
        self._every = every
        self._report = report
        self._clock = clock or SystemClock()
        self._moved_at: float | None = None  # while a round is under way
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._sooner: float | None = None
        self._stop: Stop | None = None
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self, after: float = 0.0) -> None:
        """Begin with a first round in so many seconds."""
        self._sooner = after
        self._thread.start()

    def ask(self) -> None:
        """Run a round now; any thread may ask."""
        self._wake.set()

    def moved(self) -> None:
        """Note that the round that is under way gets on; any thread may say so."""
        self._moved_at = self._clock.monotonic()

    def works(self) -> bool:
        """Return whether rounds go on: not if one is silent for `LONGEST_SILENCE`, or the thread has died."""
        moved_at = self._moved_at
        silent = moved_at is not None and self._clock.monotonic() - moved_at > LONGEST_SILENCE
        died = self._thread.ident is not None and not self._thread.is_alive() and not self._closing.is_set()
        return not (silent or died)

    def close(self) -> None:
        """End the round that is under way in order, and the thread."""
        self._closing.set()
        if self._stop is not None:
            self._stop.ask()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while self._due():
            self._stop, self._sooner = Stop(), None
            self.moved()
            try:
                due_in = asyncio.run(self._round(self._stop))
                self._sooner = None if due_in is None else max(_SHORTEST, due_in)
            except (BroadcastError, Unfinished, OSError) as error:
                self._report(f"{error}; hint: {getattr(error, 'hint', None) or 'it is tried again'}")
            except Exception as error:  # noqa: BLE001 - the process must go on listening
                self._report(f"unforeseen {type(error).__name__} in a round of the clock: {error}")
            self._moved_at = None
            # However often it is asked for: rounds without a pause would keep the ledger from everybody.
            self._closing.wait(_SHORTEST)

    def _due(self) -> bool:
        """Wait for the time of a round, or until somebody asks; False if there is none any more."""
        sooner = self._every if self._sooner is None else self._sooner
        self._wake.wait(min(self._every, sooner))
        self._wake.clear()
        return not self._closing.is_set()
