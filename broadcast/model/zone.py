"""The name of a time zone, for times that are shown."""

from __future__ import annotations

from datetime import datetime, timedelta


def zone_name(moment: datetime) -> str:
    """Return `CET`, `UTC`; `UTC+3` or `UTC+5:30` if the zone has no abbreviation but its offset.

    More than a third of all zones have none: Python calls them `+03`, which looks like a number.
    """
    name = moment.tzname() or ""
    if name.isalpha():
        return name
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def with_zone(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Return `2026-11-22 14:30 CET`."""
    return f"{moment:{pattern}} {zone_name(moment)}"
