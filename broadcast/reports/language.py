"""Words, times, durations and numbers in the form of one language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.moments import repeated
from broadcast.model.text import printable
from broadcast.reports.reasons import translate

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


class ReportLanguage:
    """The language of a report; English if we lack that of the locale. Every value is made safe to print."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        self.zone = zone
        self._phrases = PHRASES.phrases(locale)
        self._language = self._phrases.language

    @property
    def code(self) -> str:
        """The language as it is written in a locale: `de`."""
        return self._phrases.code

    def __call__(self, name: str, /, **values: str) -> str:
        """Return the words called `name`, with outside values made printable."""
        return self._phrases(name, **{key: printable(value) for key, value in values.items()})

    def called(self, table: str, value: str) -> str:
        """Return the readers' word for a value of the ledger; the value itself if there is none."""
        return self._phrases.table(table).get(value) or printable(value)

    def known(self, value: str | None) -> str:
        """Return the value, or that it is not known."""
        return printable(value) if value else self("unstated")

    def counted(self, name: str, count: int) -> str:
        """Return `1 Person`, `1.204 Personen`."""
        return self._phrases.counted(name, count, count=self.number(count))

    def reason(self, reason: str) -> str:
        """Return the reason of a failure, which the ledger keeps in English, or that it is unknown."""
        return translate(printable(reason), self.code) if reason else self("unknown")

    def number(self, value: int) -> str:
        """Return `1,234` or `1.234`."""
        return self._language.number(value)

    def moment(self, at: datetime | None) -> str:
        """Return `16 November 2025, 13:40 (CET)` in the report's zone, or that it is not known."""
        if at is None:
            return self("unstated")
        local = at.astimezone(self.zone)
        return f"{self.day(local)}, {self('clock', time=f'{local:%H:%M}')} ({self._zone(at)})"

    def local_time(self, at: datetime) -> str:
        """Return `16 November 2025, 13:40:09`; with the zone only if that time occurs twice."""
        local = at.astimezone(self.zone)
        exact = f"{self.day(local)}, {local:%H:%M:%S}"
        return f"{exact} ({self._zone(at)})" if repeated(local) else exact

    def _zone(self, at: datetime) -> str:
        return self._language.zone(at.astimezone(self.zone))

    def day(self, day: date) -> str:
        """Return `16 November 2025`."""
        return self._phrases.date("day", day)

    def short_day(self, day: date) -> str:
        """Return `16 Nov`, for a known year."""
        return self._phrases.date("short_day", day)

    def utc(self, at: datetime) -> str:
        """Return `2025-05-23 12:05:09`, the same in every language."""
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    def span(self, span: timedelta | None) -> str:
        """Return `1 h 05 min`, `4 min 12 s`, `9 s`, or that its start or end is not known."""
        if span is None:
            return self("unstated")
        minutes, seconds = divmod(round(span.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return f"{hours} h {minutes:02} min"
        return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
