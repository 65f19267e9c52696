"""Hours of every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: The minutes of a day without a change of clocks.
WHOLE_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class DayHours:
    """From `opens` to `closes`, in minutes after midnight on the clock of a place."""

    opens: int
    closes: int

    def include(self, moment: datetime) -> bool:
        """Return whether the hours hold at this local time.

        >>> DayHours(480, 1200).include(datetime(2026, 11, 30, 19, 59))
        True
        """
        return self.opens <= moment.hour * 60 + moment.minute < self.closes

    def __str__(self) -> str:
        """Return `08:00-20:00`."""
        return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.opens, self.closes))


#: When nobody minds to be rung.
USUAL_HOURS = DayHours(8 * 60, 20 * 60)
