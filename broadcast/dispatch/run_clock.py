"""Convert times of the wall clock, which people may set, to those of the monotonic clock for waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadcast.dispatch.channel import NEVER
from broadcast.model.clock import Clock

_LONGEST_WAIT = 60.0  # seconds
_STEP = 1.0  # seconds; a smaller difference is a clock that runs a little fast or slow


class RunClock:
    """Converts times of the ledger to monotonic seconds, and notices that the wall clock was set.

    Example:
        >>> moments = RunClock(clock)
        >>> moments.monotonic(clock.now().timestamp() + 7.0) - clock.monotonic()
        7.0
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._at = clock.now(), clock.monotonic()

    def monotonic(self, due: float | None) -> float:
        """Return the monotonic time for a wall-clock time, both in seconds; `NEVER` for None.

        It is a minute ahead at the most: a run then looks again, in case the clock was set meanwhile.
        """
        if due is None or due == NEVER:
            return NEVER
        wait = due - self._clock.now().timestamp()
        return self._clock.monotonic() + min(max(wait, 0.0), _LONGEST_WAIT)

    def set_from(self) -> datetime | None:
        """Return what the wall clock would show if it had not been set since the last call; else None."""
        wall, at = self._clock.now(), self._clock.monotonic()
        expected = self._wall + timedelta(seconds=at - self._at)
        self._wall, self._at = wall, at
        return expected if abs((wall - expected).total_seconds()) > _STEP else None
