"""The only place that reads the time of the machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

# A clock that continues while a laptop sleeps: the first name is for Linux, the second one for macOS.
_GOES_ON = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Wall time for records, and monotonic seconds for waiting."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back and continue while the machine sleeps."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back and continue while the machine sleeps."""
        return time.clock_gettime(_GOES_ON)


class ManualClock:
    """A clock that can be moved forward, and runs in between: exercises do not wait for hours."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def advance_to(self, until: datetime) -> None:
        """Move the clock forward to `until`; it never goes back."""
        self._ahead = max(self._ahead, until - datetime.now(UTC))

    def now(self) -> datetime:
        """Return the time it shows, aware, in UTC."""
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        """Return seconds that never go back, and go on while the machine sleeps."""
        return time.clock_gettime(_GOES_ON)
