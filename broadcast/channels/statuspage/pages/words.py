"""The page's own words, one file per language, and times as that language tells them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.model.moments import elapsed, repeated
from broadcast.model.zone import zone_name

_NIGHT = timedelta(hours=24)
LOOK = Path(__file__).with_name("look")


@dataclass(frozen=True, slots=True)
class Voice:
    """A language in a timezone. `words` are the language's file, by section and name."""

    language: str
    zone: ZoneInfo
    words: Mapping[str, Any]

    def clock(self, moment: datetime, *, zoned: bool = False) -> str:
        """`14:05 Uhr`; `02:30 Uhr (MESZ)` if it is `zoned`, or clocks show this time twice."""
        local = self._local(moment)
        shown = self._pattern("clock", time=local.strftime("%H:%M"))
        return f"{shown} ({self._zone(local)})" if zoned or repeated(local) else shown

    def full_day(self, moment: datetime | date) -> str:
        """`16. November 2025`."""
        return self._pattern("date", **self._parts(self.day_of(moment)))

    def stamp(self, moment: datetime) -> str:
        """`16. November 2025, 14:05 Uhr`: a time that is read years later, too."""
        return self._pattern("moment", day=self.full_day(moment), clock=self.clock(moment))

    def day(self, moment: datetime | date) -> str:
        """`Sonntag, 16. November`."""
        return self._pattern("day", **self._parts(self.day_of(moment)))

    def month(self, moment: datetime | date) -> str:
        """`November 2025`."""
        return self._pattern("month", **self._parts(self.day_of(moment)))

    def moment(self, moment: datetime, beside: datetime | date | None = None) -> str:
        """`Sonntag, 16. November, 14:05 Uhr`, or the time alone on the same day as `beside`."""
        if beside and self.day_of(beside) == self.day_of(moment):
            return self.clock(moment)
        return self._pattern("moment", day=self.day(moment), clock=self.clock(moment))

    def span(self, start: datetime, end: datetime, beside: datetime | date | None = None) -> str:
        """`Sonntag, 16. November, 13:40–15:15 Uhr`; without the day where `beside` is on it."""
        changed = self._local(start).utcoffset() != self._local(end).utcoffset()
        if changed and elapsed(start, end) < _NIGHT:
            return self._across(start, end)
        if self.day_of(start) != self.day_of(end):
            return self._pattern("span", start=self.moment(start), end=self.moment(end))
        began = self._local(start).strftime("%H:%M")
        clock = self._pattern("same_day", start=began, clock=self.clock(end))
        if beside and self.day_of(beside) == self.day_of(start):
            return clock
        return self._pattern("moment", day=self.day(start), clock=clock)

    def _across(self, start: datetime, end: datetime) -> str:
        """A span over a change of clocks, both zones named."""
        began, ended = (
            self._pattern("moment", day=self.day(each), clock=self.clock(each, zoned=True))
            for each in (start, end)
        )
        return self._pattern("span", start=began, end=ended)

    def days(self, first: date, last: date) -> str:
        """`Sonntag, 16. November`, or `13.–15. November` for several days."""
        if first == last:
            return self.day(first)
        if first.replace(day=1) == last.replace(day=1):
            return self._pattern(
                "days_of_month", **self._parts(last) | {"first": first.day, "last": last.day}
            )
        start, end = (self._pattern("short_day", **self._parts(day)) for day in (first, last))
        return self._pattern("span", start=start, end=end)

    def duration(self, start: datetime, end: datetime) -> str:
        """`1 Std. 35 Min.`: as long as from one shown minute to the other; below one: `unter 1 Min.`."""
        begun, over = (moment.astimezone(UTC).replace(second=0, microsecond=0) for moment in (start, end))
        hours, minutes = divmod(max(0, int(elapsed(begun, over).total_seconds())) // 60, 60)
        parts = [self._pattern("hours", hours=hours)] if hours else []
        parts += [self._pattern("minutes", minutes=minutes)] if minutes else []
        return " ".join(parts) or self._pattern("instant")

    def day_of(self, moment: datetime | date) -> date:
        """The day on which the moment falls for the organisation."""
        return self._local(moment).date() if isinstance(moment, datetime) else moment

    def zone_name(self, moment: datetime) -> str:
        """`Europe/Berlin (MEZ)`."""
        spoken = self._zone(self._local(moment))
        return self.zone.key if spoken == self.zone.key else f"{self.zone.key} ({spoken})"

    def _zone(self, local: datetime) -> str:
        short = zone_name(local)
        spoken: str = self.words["calendar"]["zones"].get(short, short)
        return spoken

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _parts(self, day: date) -> dict[str, object]:
        calendar = self.words["calendar"]
        return {
            "weekday": calendar["weekdays"][day.weekday()],
            "day": day.day,
            "month": calendar["months"][day.month - 1],
            "year": day.year,
        }

    def _pattern(self, name: str, **parts: object) -> str:
        pattern: str = self.words["calendar"][name]
        return pattern.format(**parts)


def voice(language: str, zone: str) -> Voice:
    """The page's voice for readers of `language`, with times in `zone`."""
    return Voice(language, ZoneInfo(zone), _words(language))


def drill_mark(language: str) -> str:
    """What marks an exercise in `language`; in English where we have no words for it."""
    known = language if (LOOK / f"{language}.toml").is_file() else "en"
    mark: str = _words(known)["drill"]["mark"]
    return mark


@cache
def _words(language: str) -> Mapping[str, Any]:
    return tomllib.loads((LOOK / f"{language}.toml").read_text(encoding="utf-8"))
