"""Write moments for people and for programs."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.model.zone import with_zone


def clock_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return `2026-11-22 14:30 CET`, or nothing."""
    return with_zone(moment.astimezone(zone)) if moment else ""


def iso(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Return ISO 8601 with its offset, for programs."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None
