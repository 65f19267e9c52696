"""The spoken form of one token: a time, a date, a number, an address, a reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from broadcast.localisation.phrase_book import Phrases
from broadcast.rendering.words import every_language

_AFTERNOON = range(12, 24)
_SHORT_GROUP = 3
_RANGE = re.compile(r"\s?[-–]\s?")
_DIGITS = re.compile(r"\d+")
_NAMED_DAY = re.compile(r"(?s)([^\W\d]*)\.?(,?)\s?(\d.*)")
_MAIL_WORD = re.compile(r"(?P<word>\be?-?mails?(?:\sus)?\b)\s(?:an|to|at)\s", re.IGNORECASE)
_BY_MAIL = re.compile(r"\b(?:per|via|by)\s(?:e-)?mail\b", re.IGNORECASE)
_UNIT = re.compile(
    r"(?P<number>[\d.,]+)\s?(?:[-–]\s?(?P<most>[\d.,]+)\s?)?(?P<unit>[^\W\d]+|[%€])(?P<stop>\.?)"
)
_UNITS = {
    **dict.fromkeys(("min", "minuten", "mins"), "min"),
    **dict.fromkeys(("h", "std", "stdn", "hrs", "hr"), "h"),
    **dict.fromkeys(("s", "sek", "sec", "secs"), "s"),
}
_VOWELS = frozenset("AEIOUÄÖÜY")
_LEAST_VOWELS = 0.25  # a word with a smaller share of vowels is an abbreviation: HTTPS, DSGVO
_SURELY_A_WORD = 5  # letters; a shorter word in capitals counts as a word only if it is listed


def link(found: str, words: Phrases, host: str | None, before: str) -> str:
    """Return where the page is. Pages of `host` count as ours, and all pages if it is None."""
    address = found.rsplit(maxsplit=1)[-1]
    ours = host is None or _is_within(_host(address), host)
    if _points_to().search(before):
        return words("spoken.site_named") if ours else words("spoken.page_named")
    return _as_begun(words("spoken.site") if ours else words("spoken.online"), found)


@cache
def _points_to() -> re.Pattern[str]:
    verbs = "|".join(word for words in every_language() for word in words.listed("written.points_to"))
    return re.compile(rf"\b(?:{verbs})\s+$", re.IGNORECASE)


def _is_within(one: str, host: str) -> bool:
    return bool(host and one) and (one == host or one.endswith(f".{host}") or host.endswith(f".{one}"))


def host_of(link: str) -> str:
    """Return `muster.example`, of `https://www.muster.example/a`."""
    return _host(link) if link else ""


def _host(address: str) -> str:
    try:
        named = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:  # half an IPv6 address
        return ""
    return named.removeprefix("www.")


def email(found: str, words: Phrases) -> str:
    """Return `per E-Mail`; of `eine E-Mail an ...` the words before the address."""
    word = _MAIL_WORD.search(found)
    if word and not _BY_MAIL.search(found):
        return word["word"]
    return _as_begun(words("spoken.by_email"), found)


def _as_begun(said: str, found: str) -> str:
    """Return the words with a capital if the words before the address had one."""
    return said[0].upper() + said[1:] if " " in found and found[0].isupper() and found[0] != "E" else said


def mark(found: str, words: Phrases) -> str:
    """Return `Vorgang 7`, with the number of the message, if any; with a capital if the text has one."""
    number, *sequence = _DIGITS.findall(found)
    word = words("spoken.incident")
    if found[0].isupper() and " " in found:
        word = word.capitalize()
    said = ", ".join((f"{word} {number}", *(f"{words('spoken.notice')} {each}" for each in sequence)))
    return f", {said}" if found.startswith("[") else said


def severity(found: str, words: Phrases) -> str:
    """Return `Schweregrad 1`."""
    return f"{words('spoken.severity')} {found[-1]}"


def span(times: str, words: Phrases) -> str:
    """Return `13 Uhr 40 bis 14 Uhr 22`."""
    begin, end = _RANGE.split(times)
    return f"{time(begin, words)} {words('spoken.to')} {time(end, words)}"


def time(clock: str, words: Phrases) -> str:
    """Return `14 Uhr 35` or `2:35 pm`."""
    hour, minute = (int(part) for part in _DIGITS.findall(clock)[:2])
    half = "pm" if hour in _AFTERNOON else "am"
    shown = (hour % 12 or 12) if words.flag("spoken.half_day") else hour
    pattern = "spoken.dates.clock" if minute else "spoken.dates.full_hour"
    return words(pattern, hour=shown, minute=minute, half=half)


def half_day(found: str, words: Phrases) -> str:
    """Return `2:35 pm`, however it is spelled.

    In other languages `8 am Montag` is no time, but 14:35 is one.
    """
    hour, *minute = _DIGITS.findall(found)
    half = "pm" if "p" in found.lower() else "am"
    if words.flag("spoken.half_day"):
        return f"{int(hour)}:{minute[0]} {half}" if minute and int(minute[0]) else f"{int(hour)} {half}"
    if not minute:
        return found
    return time(f"{int(hour) % 12 + (12 if half == 'pm' else 0)}:{minute[0]}", words)


def second(found: str, words: Phrases) -> str:
    """Return `13 Uhr 40 und 12 Sekunden`."""
    clock, _, seconds = found.rpartition(":")
    return words("spoken.seconds", time=time(clock, words), seconds=int(seconds))


def zoned(found: str, words: Phrases) -> str:
    """Return `2 Uhr 30 MESZ`, of `02:30 Uhr (MESZ)` and of `02:30 (MESZ) Uhr`."""
    clock, _, zone = found.partition("(")
    return f"{time(clock, words)} {zone.partition(')')[0]}"


def day(found: str, words: Phrases) -> str:
    """Return `Sonntag, 16. November`, of `So, 16.11.`; `Sunday 16 November`, of `Sun 16 Nov`."""
    weekday, comma, rest = _NAMED_DAY.findall(found)[0]
    number, month, *year = re.split(r"[.\s]+", rest.rstrip("."))
    date = words("spoken.dates.day", day=int(number), month=words.language.months[_month(month)])
    named = f"{words.language.weekdays[_weekday(weekday)]}{comma} {date}" if weekday else date
    return " ".join((named, *(f"20{each}" if len(each) == len("26") else each for each in year)))


def iso_day(found: str, words: Phrases) -> str:
    """Return `16. November 2026`, of `2026-11-16`."""
    year, month, number = _DIGITS.findall(found)
    named = words("spoken.dates.day", day=int(number), month=words.language.months[int(month) - 1])
    date = f"{named} {year}"
    return f"{date}, " if found.endswith("T") else date


def weekdays(found: str, words: Phrases) -> str:
    """Return `Montag bis Freitag`, of `Mo-Fr`."""
    first, *_, last = re.findall(r"[^\W\d_]+", found)
    names = words.language.weekdays
    return f"{names[_weekday(first)]} {words('spoken.to')} {names[_weekday(last)]}"


def _weekday(short: str) -> int:
    return _place(short, [words.language.short_weekdays for words in every_language()])


def _month(spelled: str) -> int:
    if spelled.isdecimal():
        return int(spelled) - 1
    languages = [words.language for words in every_language()]
    return _place(spelled, [names for one in languages for names in (one.short_months, one.months)])


def _place(name: str, calendars: Sequence[Sequence[str]]) -> int:
    return next(names.index(name) for names in calendars if name in names)


def phone(number: str, words: Phrases) -> str:
    """Return `0 3 0, 2 3, 1 2, 5 0, 0 0`: as it is grouped, long groups in pairs."""
    dialled = number.replace("(0)", " ") if number.startswith("+") else number
    groups = [_pairs(group) for group in _DIGITS.findall(dialled)]
    plus = f"{words('spoken.plus')} " if number.startswith("+") else ""
    return plus + ", ".join(groups)


def _pairs(digits: str) -> str:
    if len(digits) <= _SHORT_GROUP:
        return " ".join(digits)
    return ", ".join(" ".join(digits[at : at + 2]) for at in range(0, len(digits), 2))


def address(found: str, words: Phrases) -> str:
    """Return `1 0 Punkt 0 Punkt 3 Punkt 1 2`, of an IP address: it is typed digit by digit."""
    numbers, _, port = found.partition(":")
    said = f" {words('spoken.dot')} ".join(" ".join(number) for number in numbers.split("."))
    return f"{said}, {words('spoken.port')} {' '.join(port)}" if port else said


def release(found: str, words: Phrases) -> str:
    """Return `2 Punkt 10 Punkt 1`, of a version."""
    number, dot = found.lstrip("vV"), f" {words('spoken.dot')} "
    if found != number and number[0].isdigit():
        return f"{words('spoken.version')} {number.replace('.', dot)}"
    return found.replace(".", dot)


def amount(found: str, words: Phrases) -> str:
    """Return `90 Minuten`, of `90 min`; `5 bis 10 Prozent`, of `5-10 %`."""
    match = _UNIT.fullmatch(found)
    if match is None:
        return found
    unit = match["unit"]
    number = f"{match['number']} {words('spoken.to')} {match['most']}" if match["most"] else match["number"]
    return f"{number} {words(f'spoken.units.{_UNITS.get(unit.lower(), unit)}.{words.language.form(number)}')}"


def euros(found: str, words: Phrases) -> str:
    """Return `5 Euro`, of `€5`."""
    return amount(f"{found.lstrip('€ ')} €", words)


def between(found: str, words: Phrases) -> str:
    """Return `5 bis 10`; `4711-0815` is no range but a single number."""
    first, last = _RANGE.split(found)
    is_range = int(first) < int(last) and not last.startswith("0")
    return f"{first} {words('spoken.to')} {last}" if is_range else found


def ratio(found: str, words: Phrases) -> str:
    """Return `3 zu 1`."""
    return found.replace(":", f" {words('spoken.ratio')} ")


def always(_: str, words: Phrases) -> str:
    """Return what `24/7` means."""
    return words("spoken.always")


def short(found: str, words: Phrases) -> str:
    """Return `etwa` for `ca.`; abbreviations of other languages stay as they are."""
    said = words.table("spoken.short").get("".join(found.split()).lower())
    if said is None:
        return found
    return said[0].upper() + said[1:] if found[0].isupper() else said


def capitals(found: str, _: Phrases) -> str:
    """Return a word in capitals in normal spelling, so that no voice spells it out; abbreviations stay."""
    vowels = sum(letter in _VOWELS for letter in found)
    looks_like_a_word = len(found) >= _SURELY_A_WORD and vowels >= _LEAST_VOWELS * len(found)
    is_word = looks_like_a_word or found.lower() in _short_words()
    return found.capitalize() if is_word else found


@cache
def _short_words() -> frozenset[str]:
    return frozenset(word for words in every_language() for word in words.listed("written.short_words"))
