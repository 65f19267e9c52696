"""A language by itself: its calendar, plural forms, numbers and quotation marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from broadcast.model.zone import zone_name

#: The language of readers whose own one we lack.
FALLBACK = "en"
#: One file per language, like the phrases of every other package.
FOLDER = Path(__file__).with_name("phrases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How one language writes dates, numbers and quotations.

    `singular` are the numbers that take the singular, and `zones` the customary short names of timezones
    that differ from the international ones.
    """

    code: str
    singular: frozenset[str]
    thousands: str
    quotes: tuple[str, str]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    zones: Mapping[str, str]

    def form(self, number: int | str) -> str:
        """Return the plural form that belongs to a number: `one` or `other`."""
        return "one" if str(number) in self.singular else "other"

    def number(self, value: int) -> str:
        """Return `1,234` or `1.234`."""
        return f"{value:,}".replace(",", self.thousands)

    def date(self, pattern: str, day: date) -> str:
        """Return a day in a pattern such as `{weekday}, {day}.{number}.`; `number` is the month's."""
        return pattern.format(
            weekday=self.short_weekdays[day.weekday()],
            day=day.day,
            number=day.month,
            month=self.months[day.month - 1],
            short_month=self.short_months[day.month - 1],
            year=day.year,
        )

    def zone(self, moment: datetime) -> str:
        """Return the customary short name of a moment's timezone: `MEZ`, `CET`, `UTC`, `UTC+3`."""
        name = zone_name(moment)
        return self.zones.get(name, name)


def language_of(locale: str) -> str:
    """Return the language of a locale: `de` of `de-AT` and `de_AT`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def known_languages() -> tuple[str, ...]:
    """Return every language that has a file here, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def language_for(locale: str) -> Language:
    """Return the language of a locale, or English if we lack that language."""
    code = language_of(locale)
    return _load(code if code in known_languages() else FALLBACK)


@cache
def _load(code: str) -> Language:
    import tomllib

    entries = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    opens, closes = entries["quotes"]
    return Language(
        code=code,
        singular=frozenset(map(str, entries["singular"])),
        thousands=entries["thousands"],
        quotes=(opens, closes),
        weekdays=tuple(entries["weekdays"]),
        short_weekdays=tuple(entries["short_weekdays"]),
        months=tuple(entries["months"]),
        short_months=tuple(entries["short_months"]),
        zones=dict(entries["zones"]),
    )
