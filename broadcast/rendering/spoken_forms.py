"""How one written thing is said: a time, a date, a number, an address, a mark."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from broadcast.rendering.spoken_language import SpokenLanguage
from broadcast.rendering.words import ENGLISH, GERMAN

_AFTERNOON = range(12, 24)
_SHORT_GROUP = 3
_RANGE = re.compile(r"\s?[-–]\s?")
_DIGITS = re.compile(r"\d+")
_NAMED_DAY = re.compile(r"(?s)([^\W\d]*)\.?(,?)\s?(\d.*)")
_OBJECT = re.compile(r"\b(?:siehe|see|visit|open|check|read)\s+$", re.IGNORECASE)
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
_LEAST_VOWELS = 0.25  # a shorter share is an abbreviation: HTTPS, DSGVO
_SURELY_A_WORD = 5  # letters; shorter rows of capitals are words only if they are listed
# Words, in capitals, that are too short to tell from an abbreviation.
_WORDS = """
    NEU NEUE NUR BITTE ENDE TEST ALLE NIE JETZT HEUTE SEHR UND ODER ABER DAS DIE DER DEN IST SIND KEIN NICHT
    ZU IM AM AN SO SIE WIR
    DO IS ON NEW NOT NO ONLY NOW END STOP ALL EVERY NEVER TODAY VERY AND BUT THE ARE DONE OVER DOWN LATE
    BACK CALL READ WAIT
"""
_SHORT_WORDS = frozenset(_WORDS.split())


def link(found: str, spoken: SpokenLanguage, host: str | None, before: str) -> str:
    """Where the page is. Every page counts as ours where `host` is None, else those of that host."""
    address = found.rsplit(maxsplit=1)[-1]
    ours = host is None or _is_within(_host(address), host)
    if _OBJECT.search(before):
        return spoken.site_named if ours else spoken.page_named
    return _as_begun(spoken.site if ours else spoken.online, found)


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


def email(found: str, spoken: SpokenLanguage) -> str:
    """Return `per E-Mail`; of `eine E-Mail an ...` the words before the address."""
    word = _MAIL_WORD.search(found)
    if word and not _BY_MAIL.search(found):
        return word["word"]
    return _as_begun(spoken.by_email, found)


def _as_begun(said: str, found: str) -> str:
    """With a capital where the words before the address had one."""
    return said[0].upper() + said[1:] if " " in found and found[0].isupper() and found[0] != "E" else said


def mark(found: str, spoken: SpokenLanguage) -> str:
    """`Vorgang 7`, and the message's number where there is one; with a capital where the text has one."""
    number, *sequence = _DIGITS.findall(found)
    word = spoken.incident.capitalize() if found[0].isupper() and " " in found else spoken.incident
    said = ", ".join((f"{word} {number}", *(f"{spoken.notice} {each}" for each in sequence)))
    return f", {said}" if found.startswith("[") else said


def severity(found: str, spoken: SpokenLanguage) -> str:
    """Return `Schweregrad 1`."""
    return f"{spoken.severity} {found[-1]}"


def span(times: str, spoken: SpokenLanguage) -> str:
    """Return `13 Uhr 40 bis 14 Uhr 22`."""
    begin, end = _RANGE.split(times)
    return f"{time(begin, spoken)} {spoken.to} {time(end, spoken)}"


def time(clock: str, spoken: SpokenLanguage) -> str:
    """Return `14 Uhr 35` or `2:35 pm`."""
    hour, minute = (int(part) for part in _DIGITS.findall(clock)[:2])
    half = "pm" if hour in _AFTERNOON else "am"
    shown = (hour % 12 or 12) if spoken.half_day else hour
    pattern = spoken.clock if minute else spoken.full_hour
    return pattern.format(hour=shown, minute=minute, half=half)


def half_day(found: str, spoken: SpokenLanguage) -> str:
    """Return `2:35 pm`, however it is spelled.

    In other languages `8 am Montag` is no time, but 14:35 is one.
    """
    hour, *minute = _DIGITS.findall(found)
    half = "pm" if "p" in found.lower() else "am"
    if spoken.half_day:
        return f"{int(hour)}:{minute[0]} {half}" if minute and int(minute[0]) else f"{int(hour)} {half}"
    if not minute:
        return found
    return time(f"{int(hour) % 12 + (12 if half == 'pm' else 0)}:{minute[0]}", spoken)


def second(found: str, spoken: SpokenLanguage) -> str:
    """Return `13 Uhr 40 und 12 Sekunden`."""
    clock, _, seconds = found.rpartition(":")
    return spoken.seconds.format(time=time(clock, spoken), seconds=int(seconds))


def zoned(found: str, spoken: SpokenLanguage) -> str:
    """Return `2 Uhr 30 MESZ`, of `02:30 Uhr (MESZ)` and of `02:30 (MESZ) Uhr`."""
    clock, _, zone = found.partition("(")
    return f"{time(clock, spoken)} {zone.partition(')')[0]}"


def day(found: str, spoken: SpokenLanguage) -> str:
    """Return `Sonntag, 16. November`, of `So, 16.11.`; `Sunday 16 November`, of `Sun 16 Nov`."""
    weekday, comma, rest = _NAMED_DAY.findall(found)[0]
    number, month, *year = re.split(r"[.\s]+", rest.rstrip("."))
    date = spoken.date.format(day=int(number), month=spoken.months[_month(month)])
    named = f"{spoken.weekdays[_weekday(weekday)]}{comma} {date}" if weekday else date
    return " ".join((named, *(f"20{each}" if len(each) == len("26") else each for each in year)))


def iso_day(found: str, spoken: SpokenLanguage) -> str:
    """Return `16. November 2026`, of `2026-11-16`."""
    year, month, number = _DIGITS.findall(found)
    date = f"{spoken.date.format(day=int(number), month=spoken.months[int(month) - 1])} {year}"
    return f"{date}, " if found.endswith("T") else date


def weekdays(found: str, spoken: SpokenLanguage) -> str:
    """Return `Montag bis Freitag`, of `Mo-Fr`."""
    first, *_, last = re.findall(r"[^\W\d_]+", found)
    return f"{spoken.weekdays[_weekday(first)]} {spoken.to} {spoken.weekdays[_weekday(last)]}"


def _weekday(short: str) -> int:
    return next(names.index(short) for names in (GERMAN.weekdays, ENGLISH.weekdays) if short in names)


def _month(spelled: str) -> int:
    if spelled.isdecimal():
        return int(spelled) - 1
    short = spelled[:3]
    return next(names.index(short) for names in (GERMAN.months, ENGLISH.months) if short in names)


def phone(number: str, spoken: SpokenLanguage) -> str:
    """Return `0 3 0, 2 3, 1 2, 5 0, 0 0`: as it is grouped, long groups in pairs."""
    dialled = number.replace("(0)", " ") if number.startswith("+") else number
    groups = [_pairs(group) for group in _DIGITS.findall(dialled)]
    plus = f"{spoken.plus} " if number.startswith("+") else ""
    return plus + ", ".join(groups)


def _pairs(digits: str) -> str:
    if len(digits) <= _SHORT_GROUP:
        return " ".join(digits)
    return ", ".join(" ".join(digits[at : at + 2]) for at in range(0, len(digits), 2))


def address(found: str, spoken: SpokenLanguage) -> str:
    """Return `1 0 Punkt 0 Punkt 3 Punkt 1 2`, of an IP address: it is typed digit by digit."""
    numbers, _, port = found.partition(":")
    said = f" {spoken.dot} ".join(" ".join(number) for number in numbers.split("."))
    return f"{said}, {spoken.port} {' '.join(port)}" if port else said


def release(found: str, spoken: SpokenLanguage) -> str:
    """Return `2 Punkt 10 Punkt 1`, of a version."""
    number = found.lstrip("vV")
    if found != number and number[0].isdigit():
        return f"{spoken.version} {number.replace('.', f' {spoken.dot} ')}"
    return found.replace(".", f" {spoken.dot} ")


def amount(found: str, spoken: SpokenLanguage) -> str:
    """Return `90 Minuten`, of `90 min`; `5 bis 10 Prozent`, of `5-10 %`."""
    match = _UNIT.fullmatch(found)
    if match is None:
        return found
    unit = match["unit"]
    one, several = spoken.units[_UNITS.get(unit.lower(), unit)]
    number = f"{match['number']} {spoken.to} {match['most']}" if match["most"] else match["number"]
    return f"{number} {one if number == '1' else several}"


def euros(found: str, spoken: SpokenLanguage) -> str:
    """Return `5 Euro`, of `€5`."""
    return amount(f"{found.lstrip('€ ')} €", spoken)


def between(found: str, spoken: SpokenLanguage) -> str:
    """Return `5 bis 10`; `4711-0815` is no range but a number of something."""
    first, last = _RANGE.split(found)
    is_range = int(first) < int(last) and not last.startswith("0")
    return f"{first} {spoken.to} {last}" if is_range else found


def ratio(found: str, spoken: SpokenLanguage) -> str:
    """Return `3 zu 1`."""
    return found.replace(":", f" {spoken.ratio} ")


def always(_: str, spoken: SpokenLanguage) -> str:
    """Return what `24/7` means."""
    return spoken.always


def short(found: str, spoken: SpokenLanguage) -> str:
    """Return `etwa`, of `ca.`; what this language does not shorten like that stays."""
    said = spoken.short.get("".join(found.split()).lower())
    if said is None:
        return found
    return said[0].upper() + said[1:] if found[0].isupper() else said


def capitals(found: str, _: SpokenLanguage) -> str:
    """Return a word in capitals in normal spelling, so that no voice spells it; an abbreviation stays."""
    vowels = sum(letter in _VOWELS for letter in found)
    is_word = found in _SHORT_WORDS or (len(found) >= _SURELY_A_WORD and vowels >= _LEAST_VOWELS * len(found))
    return found.capitalize() if is_word else found
