"""One thread that sends what became due because of a receipt or of the clock.

It has its own event loop and its own connection to the ledger, so that no request waits for it.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, Unfinished

#: Carries out one round for incidents with something to send; they are named, or none is known.
Round = Callable[[frozenset[str], Stop], Coroutine[Any, Any, None]]
#: Seconds until a round that failed is tried again.
_AGAIN = 5.0


class SendingThread:
    """Runs rounds in a thread, from `start` to `close`: when asked, and every `every` seconds.

    `report` gets one line for a round that failed.
    """

    def __init__(self, round_: Round, every: float, report: Callable[[str], None]) -> None:
        self._round = round_
        self._every = every
        self._report = report
        self._due: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._stop: Stop | None = None
        self._thread = threading.Thread(target=self._run, name="sending", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ask(self, incidents: frozenset[str] = frozenset()) -> None:
        """Run a round now, for these incidents; any thread may ask."""
        with self._lock:
            self._due |= incidents
        self._wake.set()

    def close(self) -> None:
        """End the round that is under way in order, and the thread."""
        self._closing = True
        if self._stop is not None:
            self._stop.ask()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        wait = 0.0
        while self._due_after(wait):
            wait = self._every if self._carry_out() else min(_AGAIN, self._every)

    def _due_after(self, seconds: float) -> bool:
        """Wait until somebody asks, at most so long; return whether a round is due."""
        self._wake.wait(seconds)
        self._wake.clear()
        return not self._closing

    def _carry_out(self) -> bool:
        with self._lock:
            incidents, self._due = frozenset(self._due), set()
        self._stop = Stop()
        try:
            asyncio.run(self._round(incidents, self._stop))
        except (BroadcastError, Unfinished, OSError) as error:
            self._report(f"{error}; hint: {getattr(error, 'hint', None) or 'it is tried again'}")
        except Exception as error:  # noqa: BLE001 - the process must go on listening
            self._report(f"unforeseen {type(error).__name__}: {error}")
            sys.stderr.flush()
        else:
            return True
        with self._lock:
            self._due |= incidents
        return False
