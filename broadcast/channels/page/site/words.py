"""The page's own words, and times in the form of their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.localisation.phrase_book import PhraseBook, Phrases
from broadcast.model.moments import elapsed, repeated

_NIGHT = timedelta(hours=24)
_SHORTEST = timedelta(minutes=5)  # a shorter duration is not shown
PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


@dataclass(frozen=True, slots=True)
class Voice:
    """A language in a timezone."""

    phrases: Phrases
    zone: ZoneInfo

    @property
    def language(self) -> str:
        """The language as it is written in a locale: `de`."""
        return self.phrases.code

    @property
    def words(self) -> Mapping[str, Any]:
        """The phrases by section and name, for templates."""
        return self.phrases.entries

    def clock(self, moment: datetime, *, zoned: bool = False) -> str:
        """Return `14:05 Uhr`; `02:30 Uhr (MESZ)` if it is `zoned`, or clocks show this time twice."""
        local = self._local(moment)
        shown = self.phrases("times.clock", time=local.strftime("%H:%M"))
        return f"{shown} ({self._zone(local)})" if zoned or repeated(local) else shown

    def stamp(self, moment: datetime) -> str:
        """Return `So, 16.11.2025, 14:05 Uhr (MEZ)`: a time that is read years later, too."""
        day = self.phrases.date("full_day", self.day_of(moment))
        return self.phrases("times.moment", day=day, time=self.clock(moment, zoned=True))

    def as_of(self, moment: datetime) -> str:
        """Return `So, 16.11., 14:05 Uhr (MEZ)`."""
        return self.phrases("times.moment", day=self.day(moment), time=self.clock(moment, zoned=True))

    def day(self, moment: datetime | date) -> str:
        """Return `So, 16.11.`."""
        return self.phrases.date("day", self.day_of(moment))

    def month(self, moment: datetime | date) -> str:
        """Return `November 2025`."""
        return self.phrases.date("month", self.day_of(moment))

    def moment(self, moment: datetime, beside: datetime | date | None = None) -> str:
        """Return `So, 16.11., 14:05 Uhr`, or the time alone on the same day as `beside`."""
        if beside and self.day_of(beside) == self.day_of(moment):
            return self.clock(moment)
        return self.phrases("times.moment", day=self.day(moment), time=self.clock(moment))

    def span(self, start: datetime, end: datetime, beside: datetime | date | None = None) -> str:
        """Return `So, 16.11., 13:40 bis 15:15 Uhr`; without the day if `beside` is on the same day."""
        changed = self._local(start).utcoffset() != self._local(end).utcoffset()
        if changed and elapsed(start, end) < _NIGHT:
            return self._across(start, end)
        began = f"{self._local(start):%H:%M}"
        if not (beside and self.day_of(beside) == self.day_of(start)):
            began = self.phrases("times.moment", day=self.day(start), time=began)
        return self.phrases("times.span", start=began, end=self.moment(end, start))

    def _across(self, start: datetime, end: datetime) -> str:
        """Return a span over a change of clocks, with both zones."""
        began = self.phrases("times.moment", day=self.day(start), time=self.clock(start, zoned=True))
        ended = self.clock(end, zoned=True)
        if self.day_of(start) != self.day_of(end):
            ended = self.phrases("times.moment", day=self.day(end), time=ended)
        return self.phrases("times.span", start=began, end=ended)

    def days(self, first: date, last: date) -> str:
        """Return `So, 16.11.`, or `Do, 13.11. bis Sa, 15.11.` for several days."""
        if first == last:
            return self.day(first)
        return self.phrases("times.span", start=self.day(first), end=self.day(last))

    def of(self, name: str, moment: datetime, beside: datetime) -> str:
        """Return `Unsere Meldung von 13:40 Uhr`, `... vom Sa, 15.11., 23:30 Uhr`: `name` is one of `[of]`."""
        today = self.day_of(moment) == self.day_of(beside)
        pattern = f"of.{name}_today" if today else f"of.{name}"
        return self.phrases(pattern, clock=self.clock(moment), moment=self.moment(moment))

    def duration(self, start: datetime, end: datetime) -> str:
        """Return `1 Stunde 35 Minuten`, the time between the two shown minutes; "" below five minutes."""
        begun, over = (moment.astimezone(UTC).replace(second=0, microsecond=0) for moment in (start, end))
        span = elapsed(begun, over)
        if span < _SHORTEST:
            return ""
        minutes = int(span.total_seconds()) // 60
        amounts = {"days": minutes // 1440, "hours": minutes % 1440 // 60, "minutes": minutes % 60}
        spoken = [self.phrases.counted(f"times.{name}", count) for name, count in amounts.items() if count]
        return " ".join(spoken[:2])

    def day_of(self, moment: datetime | date) -> date:
        """Return the day of the moment in the organisation's timezone."""
        return self._local(moment).date() if isinstance(moment, datetime) else moment

    def zone_name(self, moment: datetime) -> str:
        """Return `Europe/Berlin (MEZ)`."""
        spoken = self._zone(self._local(moment))
        return self.zone.key if spoken == self.zone.key else f"{self.zone.key} ({spoken})"

    def _zone(self, local: datetime) -> str:
        return self.phrases.language.zone(local)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)


def voice(language: str, zone: str) -> Voice:
    """Return the words for readers of `language`, or English ones if we lack it; with times in `zone`."""
    return Voice(PHRASES.phrases(language), ZoneInfo(zone))


def drill_word(language: str) -> str:
    """Return the word that marks an exercise in `language`; in English if we lack that language."""
    return PHRASES.phrases(language)("drill.mark")
