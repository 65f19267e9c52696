"""Arithmetic with moments that is true on the night when clocks change.

Python subtracts, adds and compares two datetimes of one `ZoneInfo` by what the clock on the wall shows. So it
is done here, in UTC; local times exist to be shown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Return the time that really passes from `start` to `end`; negative if `end` is the earlier one."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def later(moment: datetime, span: timedelta) -> datetime:
    """Return the moment, in UTC, when `span` has really passed."""
    return moment.astimezone(UTC) + span


def local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """Return the moment as clocks in `zone` show it."""
    return moment.astimezone(zone) if moment else None


def repeated(moment: datetime) -> bool:
    """Whether clocks in the moment's zone show this time twice, because they are set back that night."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
