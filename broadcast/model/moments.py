"""Arithmetic with moments that stays correct on the night when clocks change.

Python subtracts, adds and compares two datetimes of one `ZoneInfo` by wall time. So these functions
calculate in UTC; local times are only for showing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Return the time that really passes from `start` to `end`; negative if `end` is earlier."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def later(moment: datetime, span: timedelta) -> datetime:
    """Return the moment, in UTC, when `span` has really passed."""
    return moment.astimezone(UTC) + span


def local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """Return the moment in local time of `zone`."""
    return moment.astimezone(zone) if moment else None


def repeated(moment: datetime) -> bool:
    """Return whether this local time occurs twice, because clocks go back that night."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
