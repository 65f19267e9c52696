"""The page's own words, one file per language, and times in the form of that language."""

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
_SHORTEST = timedelta(minutes=5)  # a shorter duration is not shown
LOOK = Path(__file__).with_name("look")


@dataclass(frozen=True, slots=True)
class Voice:
    """A language in a timezone. `words` are the language's file, by section and name."""

    language: str
    zone: ZoneInfo
    words: Mapping[str, Any]

    def clock(self, moment: datetime, *, zoned: bool = False) -> str:
        """Return `14:05 Uhr`; `02:30 Uhr (MESZ)` if it is `zoned`, or clocks show this time twice."""
        local = self._local(moment)
        shown = self._pattern("clock", time=local.strftime("%H:%M"))
        return f"{shown} ({self._zone(local)})" if zoned or repeated(local) else shown

    def stamp(self, moment: datetime) -> str:
        """Return `So, 16.11.2025, 14:05 Uhr (MEZ)`: a time that is read years later, too."""
        day = self._pattern("full_day", **self._parts(self.day_of(moment)))
        return self._pattern("moment", day=day, time=self.clock(moment, zoned=True))

    def as_of(self, moment: datetime) -> str:
        """Return `So, 16.11., 14:05 Uhr (MEZ)`."""
        return self._pattern("moment", day=self.day(moment), time=self.clock(moment, zoned=True))

    def day(self, moment: datetime | date) -> str:
        """Return `So, 16.11.`."""
        return self._pattern("day", **self._parts(self.day_of(moment)))

    def month(self, moment: datetime | date) -> str:
        """Return `November 2025`."""
        return self._pattern("month", **self._parts(self.day_of(moment)))

    def moment(self, moment: datetime, beside: datetime | date | None = None) -> str:
        """Return `So, 16.11., 14:05 Uhr`, or the time alone on the same day as `beside`."""
        if beside and self.day_of(beside) == self.day_of(moment):
            return self.clock(moment)
        return self._pattern("moment", day=self.day(moment), time=self.clock(moment))

    def span(self, start: datetime, end: datetime, beside: datetime | date | None = None) -> str:
        """Return `So, 16.11., 13:40 bis 15:15 Uhr`; without the day if `beside` is on the same day."""
        changed = self._local(start).utcoffset() != self._local(end).utcoffset()
        if changed and elapsed(start, end) < _NIGHT:
            return self._across(start, end)
        began = f"{self._local(start):%H:%M}"
        if not (beside and self.day_of(beside) == self.day_of(start)):
            began = self._pattern("moment", day=self.day(start), time=began)
        return self._pattern("span", start=began, end=self.moment(end, start))

    def _across(self, start: datetime, end: datetime) -> str:
        """Return a span over a change of clocks, with both zones."""
        began = self._pattern("moment", day=self.day(start), time=self.clock(start, zoned=True))
        ended = self.clock(end, zoned=True)
        if self.day_of(start) != self.day_of(end):
            ended = self._pattern("moment", day=self.day(end), time=ended)
        return self._pattern("span", start=began, end=ended)

    def days(self, first: date, last: date) -> str:
        """Return `So, 16.11.`, or `Do, 13.11. bis Sa, 15.11.` for several days."""
        if first == last:
            return self.day(first)
        return self._pattern("span", start=self.day(first), end=self.day(last))

    def of(self, name: str, moment: datetime, beside: datetime) -> str:
        """Return `Unsere Meldung von 13:40 Uhr`, `... vom Sa, 15.11., 23:30 Uhr`: `name` is one of `[of]`."""
        today = self.day_of(moment) == self.day_of(beside)
        pattern: str = self.words["of"][f"{name}_today" if today else name]
        return pattern.format(clock=self.clock(moment), moment=self.moment(moment))

    def duration(self, start: datetime, end: datetime) -> str:
        """Return `1 Stunde 35 Minuten`, the time between the two shown minutes; "" below five minutes."""
        begun, over = (moment.astimezone(UTC).replace(second=0, microsecond=0) for moment in (start, end))
        span = elapsed(begun, over)
        if span < _SHORTEST:
            return ""
        minutes = int(span.total_seconds()) // 60
        amounts = {"days": minutes // 1440, "hours": minutes % 1440 // 60, "minutes": minutes % 60}
        spoken = [self._counted(name, count) for name, count in amounts.items() if count]
        return " ".join(spoken[:2])

    def _counted(self, name: str, count: int) -> str:
        patterns: list[str] = self.words["calendar"][name]
        return patterns[count != 1].format(count=count)

    def day_of(self, moment: datetime | date) -> date:
        """Return the day of the moment in the organisation's timezone."""
        return self._local(moment).date() if isinstance(moment, datetime) else moment

    def zone_name(self, moment: datetime) -> str:
        """Return `Europe/Berlin (MEZ)`."""
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
            "number": day.month,
            "month": calendar["months"][day.month - 1],
            "short_month": calendar["short_months"][day.month - 1],
            "year": day.year,
        }

    def _pattern(self, name: str, **parts: object) -> str:
        pattern: str = self.words["calendar"][name]
        return pattern.format(**parts)


def voice(language: str, zone: str) -> Voice:
    """Return the words for readers of `language`, with times in `zone`."""
    return Voice(language, ZoneInfo(zone), _words(language))


def drill_mark(language: str) -> str:
    """Return the word that marks an exercise in `language`; in English if we lack that language."""
    known = language if (LOOK / f"{language}.toml").is_file() else "en"
    mark: str = _words(known)["drill"]["mark"]
    return mark


@cache
def _words(language: str) -> Mapping[str, Any]:
    return tomllib.loads((LOOK / f"{language}.toml").read_text(encoding="utf-8"))
