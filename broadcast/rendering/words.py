"""The few words that code, not a template, puts into a text: one table per language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePhrases:
    """How one language puts a moment behind its preposition, on the day of the text and on another day.

    `{clock}` is `13:40 Uhr`, `{time}` the same with its day before it where that is another one, and `{noun}`
    the statement that was made then.
    """

    since: str
    at_today: str
    at_day: str
    of_today: str
    of_day: str
    until: str
    span: str
    hour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language.

    `units` are (singular, plural) of day, hour and minute. `quotes` open and close a quotation; `further`
    counts the services that a list has no room for.
    """

    language: str
    conjunction: str
    drill: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    units: tuple[tuple[str, str], ...]
    instant: str
    contact_labels: tuple[tuple[str, str], ...]
    cut_off: str
    times: TimePhrases
    quotes: tuple[str, str]
    further: str
    zones: tuple[tuple[str, str], ...] = ()


GERMAN = Words(
    language="de",
    conjunction="und",
    drill="ÜBUNG",
    weekdays=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    months=("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
    date="{weekday}, {day}.{month}.",
    units=(("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten")),
    instant="weniger als eine Minute",
    contact_labels=(
        ("phone", "Telefon"),
        ("email", "E-Mail"),
        ("chat", "Chat"),
        ("link", "Web"),
        ("app", "App"),
    ),
    cut_off="Sie erreichen uns zurzeit nicht.",
    times=TimePhrases(
        since="seit {time}",
        at_today="um {clock}",
        at_day="am {day}, um {clock}",
        of_today="{noun} von {clock}",
        of_day="{noun} vom {day}, {clock}",
        until="bis {time}",
        span="{start} bis {end}",
        hour=" Uhr",
    ),
    quotes=("„", "“"),
    further="und {count} weitere",
    zones=(("CET", "MEZ"), ("CEST", "MESZ")),
)
ENGLISH = Words(
    language="en",
    conjunction="and",
    drill="EXERCISE",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    date="{weekday} {day} {month_name}",
    units=(("day", "days"), ("hour", "hours"), ("minute", "minutes")),
    instant="less than a minute",
    contact_labels=(
        ("phone", "Phone"),
        ("email", "E-mail"),
        ("chat", "Chat"),
        ("link", "Web"),
        ("app", "App"),
    ),
    cut_off="You cannot reach us at the moment.",
    times=TimePhrases(
        since="since {time}",
        at_today="at {clock}",
        at_day="on {day} at {clock}",
        of_today="our {clock} {noun}",
        of_day="our {noun} of {day}, {clock}",
        until="until {time}",
        span="{start} to {end}",
        hour="",
    ),
    quotes=("“", "”"),
    further="and {count} more",
)
_WORDS = {"de": GERMAN, "en": ENGLISH}


def words_for(locale: str) -> Words:
    """Return the words of a locale's language; English where we have none."""
    return _WORDS.get(language_of(locale), ENGLISH)


def language_of(locale: str) -> str:
    """`de` of `de-AT` and `de_AT`."""
    return locale.replace("_", "-").partition("-")[0].lower()
