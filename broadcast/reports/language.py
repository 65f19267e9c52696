"""Words, times, durations and numbers in the form of one language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadcast.model.moments import repeated
from broadcast.model.text import printable
from broadcast.rendering import phrase
from broadcast.rendering.words import language_of, words_for
from broadcast.reports.reasons import in_german
from broadcast.reports.words import ENGLISH, GERMAN, WORDS

_DATES = {"de": "{day:02}.{number:02}.{year}", "en": "{day} {month} {year}"}
_SHORT_DATES = {"de": "{day}.{number}.", "en": "{day} {month}"}
_CLOCKS = {"de": "{clock} Uhr", "en": "{clock}"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_THOUSANDS = {"de": ".", "en": ","}
LANGUAGES = tuple(_DATES)


class ReportLanguage:
    """German or English; English for all other locales. Every value is made safe to print."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        language = language_of(locale)
        self.code = language if language in _DATES else "en"
        self.zone = zone
        self._column = GERMAN if self.code == "de" else ENGLISH

    def __call__(self, name: str, **values: str) -> str:
        """Return the words called `name`, with outside values made printable."""
        safe = {key: printable(value) for key, value in values.items()}
        return WORDS[name][self._column].format(**safe)

    def called(self, table: str, value: str) -> str:
        """Return the readers' word for a value of the ledger; the value itself if there is none."""
        name = f"{table}_{value}"
        return self(name) if name in WORDS else printable(value)

    def known(self, value: str | None) -> str:
        """Return the value, or that it is not known."""
        return printable(value) if value else self("unstated")

    def counted(self, name: str, count: int) -> str:
        """Return `1 Person`, `1.204 Personen`: the words called `name_one` and `name_many`."""
        return self(f"{name}_{'one' if count == 1 else 'many'}", count=self.number(count))

    def reason(self, reason: str) -> str:
        """Return the reason of a failure, which the ledger keeps in English, or that it is unknown."""
        if not reason:
            return self("unknown")
        known = printable(reason)
        return in_german(known) if self.code == "de" else known

    def number(self, value: int) -> str:
        """Return `1,234` or `1.234`."""
        return f"{value:,}".replace(",", _THOUSANDS[self.code])

    def moment(self, at: datetime | None) -> str:
        """Return `16 November 2025, 13:40 (CET)` in the report's zone, or that it is not known."""
        if at is None:
            return self("unstated")
        local = at.astimezone(self.zone)
        clock = _CLOCKS[self.code].format(clock=f"{local:%H:%M}")
        return f"{self.day(local)}, {clock} ({self._zone(at)})"

    def local_time(self, at: datetime) -> str:
        """Return `16 November 2025, 13:40:09`; with the zone only if that time occurs twice."""
        local = at.astimezone(self.zone)
        exact = f"{self.day(local)}, {local:%H:%M:%S}"
        return f"{exact} ({self._zone(at)})" if repeated(local) else exact

    def _zone(self, at: datetime) -> str:
        return phrase.zone(at.astimezone(self.zone), words_for(self.code))

    def day(self, day: date) -> str:
        """Return `16 November 2025`."""
        return _DATES[self.code].format(
            day=day.day, number=day.month, month=_MONTHS[day.month - 1], year=day.year
        )

    def short_day(self, day: date) -> str:
        """Return `16 Nov`, for a known year."""
        return _SHORT_DATES[self.code].format(day=day.day, number=day.month, month=_MONTHS[day.month - 1][:3])

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
