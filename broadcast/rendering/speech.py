"""What a text sounds like: times, days, numbers and references as people say them, and nothing unspeakable.

The result is plain words, so that every voice reads them alike, whatever markup its provider takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.rendering.words import ENGLISH, GERMAN, Words

# Measured with espeak-ng at 150 words a minute on our own announcements; digits said one by one take longer.
_CHARACTERS_A_SECOND = 13.0
_SECONDS_A_LONE_SIGN = 0.3
_SECONDS_A_PAUSE = 0.25


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one language is spoken. `date` and the clocks are patterns; a full hour has no minutes."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    clock: str
    full_hour: str
    half_day: bool
    until: str
    plus: str
    severity: str
    web_page: str
    at: str
    dot: str
    also: str


_GERMAN = Tongue(
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    date="{day}. {month}",
    clock="{hour} Uhr {minute}",
    full_hour="{hour} Uhr",
    half_day=False,
    until="bis",
    plus="plus",
    severity="Schweregrad",
    web_page="eine Internetseite",
    at="at",
    dot="Punkt",
    also="und",
)
_ENGLISH = Tongue(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date="{day} {month}",
    clock="{hour}:{minute:02} {half}",
    full_hour="{hour} {half}",
    half_day=True,
    until="to",
    plus="plus",
    severity="severity",
    web_page="a web page",
    at="at",
    dot="dot",
    also="and",
)
_TONGUES = {"de": _GERMAN, "en": _ENGLISH}

_WEEKDAYS = "|".join((*GERMAN.weekdays, *ENGLISH.weekdays))
_MONTHS = "|".join(dict.fromkeys((*GERMAN.months, *ENGLISH.months)))
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?!\d|:\d)"
_TOKEN = re.compile(
    rf"(?P<slot>{SLOT_OPEN}\w*{SLOT_CLOSE})"
    r"|(?P<link>(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]])"
    r"|(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9})"
    r"|\[?(?P<mark>\bINC-\d+(?:/\d+)?)\]?"
    r"|\bSEV(?P<severity>[1-4])\b"
    rf"|(?<![\d:])(?P<span>{_TIME}\s?[-–]\s?{_TIME})(?:\sUhr\b)?"
    rf"|(?<![\d:])(?P<zoned>{_TIME}\s\([^()\s]{{2,9}}\))(?:\sUhr\b)?"
    rf"|(?<![\d:])(?P<time>{_TIME})(?:\sUhr\b)?"
    rf"|(?P<day>(?:\b(?:{_WEEKDAYS})\s)?(?<!\d)\d{{1,2}}\.(?:0?[1-9]|1[0-2])\.(?!\d{{1,2}}\b)(?:\d{{4}})?"
    rf"|\b(?:{_WEEKDAYS})\s\d{{1,2}}\s(?:{_MONTHS})\b)"
    r"|(?P<phone>(?<![\w/])(?:\+\d|\(?0\d)(?:[\d()/-]|[ .](?=[\d(])){4,}\d(?![\d:]))"
    r"|(?P<also>&)"
    r"|(?P<dash>[-–—•](?=\s))"
    r"|(?P<silent>[*_#`|<>{}^~\[\]\\])"
)
_AFTERNOON = range(12, 24)
_SHORT_GROUP = 3
_LONE_SIGN = re.compile(r"(?<!\w)\w(?!\w)")
_PAUSE = re.compile(r"[.,:;?!](?=\s|$)")
_MARKS = frozenset(".:;?!")
_PICTURES = frozenset({"So", "Sk", "Me"})
_JOINTS = frozenset("\ufe0f\u200d\u00ad")  # they make one picture, or one word, of several


def spoken(text: str, words: Words) -> str:
    """`text` on one line as it is said aloud; a reference, a phone number: sign by sign.

    Links are only mentioned, and pictures, markup and bullets left out: nobody can listen to them.
    """
    tongue = _TONGUES.get(words.language, _ENGLISH)

    def say(match: re.Match[str]) -> str:
        kind = match.lastgroup or "silent"
        return _SAYINGS[kind](match[kind], tongue)

    return _tidied(_TOKEN.sub(say, "".join(filter(_is_spoken, text))))


def seconds(text: str) -> int:
    """About how long a calm voice takes to say `text`, which is `spoken` already."""
    lone, pauses = len(_LONE_SIGN.findall(text)), len(_PAUSE.findall(text))
    exact = len(text) / _CHARACTERS_A_SECOND + lone * _SECONDS_A_LONE_SIGN + pauses * _SECONDS_A_PAUSE
    return round(exact)


def _is_spoken(character: str) -> bool:
    return unicodedata.category(character) not in _PICTURES and character not in _JOINTS


def _tidied(text: str) -> str:
    """Single spaces, none before a mark, and no comma where there is a mark already."""
    marked = re.sub(r"\s+(?=[.,:;?!](?:\s|$))", "", " ".join(text.split()))
    return re.sub(r"(?<!,),+(?=\s|$)", _comma, marked).lstrip(", ")


def _comma(commas: re.Match[str]) -> str:
    return "" if commas.string[max(0, commas.start() - 1) : commas.start()] in _MARKS else ","


def _slot(slot: str, _: Tongue) -> str:
    return slot


def _link(_: str, tongue: Tongue) -> str:
    return tongue.web_page


def _email(address: str, tongue: Tongue) -> str:
    return address.replace("@", f" {tongue.at} ").replace(".", f" {tongue.dot} ")


def _mark(mark: str, _: Tongue) -> str:
    """`I N C 7, 2`."""
    return ", ".join(" ".join(part.replace("-", "")) for part in mark.split("/"))


def _severity(grade: str, tongue: Tongue) -> str:
    return f"{tongue.severity} {grade}"


def _span(times: str, tongue: Tongue) -> str:
    begin, end = re.split(r"\s?[-–]\s?", times)
    return f"{_time(begin, tongue)} {tongue.until} {_time(end, tongue)}"


def _time(clock: str, tongue: Tongue) -> str:
    """`14 Uhr 35` or `2:35 pm`."""
    hour, minute = (int(part) for part in clock.split(":"))
    half = "pm" if hour in _AFTERNOON else "am"
    shown = (hour % 12 or 12) if tongue.half_day else hour
    pattern = tongue.clock if minute else tongue.full_hour
    return pattern.format(hour=shown, minute=minute, half=half)


def _zoned(clock: str, tongue: Tongue) -> str:
    """`2 Uhr 30 MESZ`, of `02:30 (MESZ)`."""
    time, _, zone = clock.rstrip(")").partition(" (")
    return f"{_time(time, tongue)} {zone}"


def _day(day: str, tongue: Tongue) -> str:
    """`Sonntag 16. November`, of `So 16.11.` or `Sun 16 Nov`."""
    parts = re.split(r"[.\s]+", day.rstrip("."))
    weekday = f"{tongue.weekdays[_weekday(parts.pop(0))]} " if parts[0].isalpha() else ""
    number, month, *year = parts
    date = tongue.date.format(day=int(number), month=tongue.months[_month(month)])
    return " ".join((weekday + date, *year))


def _weekday(short: str) -> int:
    return next(names.index(short) for names in (GERMAN.weekdays, ENGLISH.weekdays) if short in names)


def _month(spelled: str) -> int:
    if spelled.isdecimal():
        return int(spelled) - 1
    return next(names.index(spelled) for names in (GERMAN.months, ENGLISH.months) if spelled in names)


def _phone(number: str, tongue: Tongue) -> str:
    """`0 3 0, 2 3, 1 2, 5 0, 0 0`: as it is grouped, long groups in pairs."""
    groups = [_pairs(group) for group in re.findall(r"\d+", number)]
    plus = f"{tongue.plus} " if number.startswith("+") else ""
    return plus + ", ".join(groups)


def _pairs(digits: str) -> str:
    if len(digits) <= _SHORT_GROUP:
        return " ".join(digits)
    return ", ".join(" ".join(digits[at : at + 2]) for at in range(0, len(digits), 2))


def _also(_: str, tongue: Tongue) -> str:
    return f" {tongue.also} "


def _dash(_: str, __: Tongue) -> str:
    return ","


def _silent(_: str, __: Tongue) -> str:
    return " "


_SAYINGS: Mapping[str, Callable[[str, Tongue], str]] = {
    "slot": _slot,
    "link": _link,
    "email": _email,
    "mark": _mark,
    "severity": _severity,
    "span": _span,
    "time": _time,
    "zoned": _zoned,
    "day": _day,
    "phone": _phone,
    "also": _also,
    "dash": _dash,
    "silent": _silent,
}
