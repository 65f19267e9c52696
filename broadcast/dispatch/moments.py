"""Moments on two clocks: the wall clock, which somebody may set, and the one that a run waits by."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadcast.dispatch.channel import NEVER
from broadcast.model.clock import Clock

_LONGEST_WAIT = 60.0
_STEP = 1.0  # seconds; a clock that is only a little too fast or slow is not put back


class Moments:
    """What wall-clock moments of the ledger mean for this run, and whether somebody set the wall clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._at = clock.now(), clock.monotonic()

    def monotonic(self, due: float | None) -> float:
        """The monotonic moment for a wall-clock one; a clock that was set is asked again within a minute."""
        if due is None or due == NEVER:
            return NEVER
        wait = due - self._clock.now().timestamp()
        return self._clock.monotonic() + min(max(wait, 0.0), _LONGEST_WAIT)

    def set_from(self) -> datetime | None:
        """What the wall clock would show now if nobody had set it since this was last asked; else None."""
        wall, at = self._clock.now(), self._clock.monotonic()
        expected = self._wall + timedelta(seconds=at - self._at)
        self._wall, self._at = wall, at
        return expected if abs((wall - expected).total_seconds()) > _STEP else None
