"""Whether a person may be dialled now, by the clock of the place where they are.

Where a number is from, its numbering plan says; which clocks a country has, the time zone database of this
machine. In a country with several zones, the hours must hold in all of them.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.model.day_hours import DayHours

_TABLE = "zone.tab"


def may_dial(number: str, hours: DayHours, home: ZoneInfo, region: str, now: datetime) -> bool:
    """Return whether the hours hold where the number is from.

    Args:
        number: in E.164.
        hours: when people may be dialled.
        home: the organisation's zone, which holds for its country and where nothing else is known.
        region: the organisation's country, as `DE`.
        now: in UTC.
    """
    return all(hours.include(now.astimezone(zone)) for zone in zones_of(number, home, region))


def zones_of(number: str, home: ZoneInfo, region: str) -> Sequence[ZoneInfo]:
    """Return the zones that a number may be in, at least one."""
    import phonenumbers

    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        country = None
    if not country or country == region.upper():
        return (home,)
    return [ZoneInfo(name) for name in _zones().get(country, ())] or (home,)


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """Return the names of the zones of each country; empty if this machine has no table of them."""
    tables = (Path(folder) / _TABLE for folder in zoneinfo.TZPATH)
    table = next((one for one in tables if one.is_file()), None)
    found: dict[str, tuple[str, ...]] = {}
    for line in table.read_text(encoding="utf-8").splitlines() if table else ():
        parts = line.split("\t")
        if not line.startswith("#") and len(parts) > 2:  # noqa: PLR2004 - country, place, zone
            found[parts[0]] = (*found.get(parts[0], ()), parts[2])
    return found
