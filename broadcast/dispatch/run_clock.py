"""Two clocks of a run: the wall clock, which people may change, and the monotonic clock for waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadcast.dispatch.channel import NEVER
from broadcast.model.clock import Clock

_LONGEST_WAIT = 60.0
_STEP = 1.0  # seconds; a clock that is only a little too fast or slow is not put back


class RunClock:
    """Converts wall-clock times of the ledger to monotonic ones, and notices changes of the wall clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._at = clock.now(), clock.monotonic()

    def monotonic(self, due: float | None) -> float:
        """The monotonic time for a wall-clock time, both in seconds; never more than a minute ahead."""
        if due is None or due == NEVER:
            return NEVER
        wait = due - self._clock.now().timestamp()
        return self._clock.monotonic() + min(max(wait, 0.0), _LONGEST_WAIT)

    def set_from(self) -> datetime | None:
        """The time the wall clock would show if it had not been changed since the last call; else None."""
        wall, at = self._clock.now(), self._clock.monotonic()
        expected = self._wall + timedelta(seconds=at - self._at)
        self._wall, self._at = wall, at
        return expected if abs((wall - expected).total_seconds()) > _STEP else None
