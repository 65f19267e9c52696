"""The shapes of values: each function converts a TOML value or raises `Wrong` with the fix."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from broadcast.config.durations import parse_duration
from broadcast.config.problems import Wrong
from broadcast.config.secret import is_reference
from broadcast.errors import UsageError
from broadcast.model.consent import ConsentRule
from broadcast.model.day_hours import WHOLE_DAY, DayHours
from broadcast.model.domain import ascii_url
from broadcast.model.incident import Severity
from broadcast.model.nearest import nearest
from broadcast.model.text import has_controls, printable

T = TypeVar("T")

LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
#: Phone numbers as people write them, also the short number of a switchboard.
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]{1,30}", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DAY_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})", re.ASCII)
_REGION = re.compile(r"[A-Za-z]{2}", re.ASCII)
_LANGUAGES = {"german": "de", "deutsch": "de", "english": "en", "englisch": "en"}
#: Abbreviations that hold for a part of the year, and a place that uses them.
_PLACES = {
    **dict.fromkeys(("CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    "BST": "Europe/London",
    "WEST": "Europe/Lisbon",
    **dict.fromkeys(("EEST", "OEZ", "OESZ"), "Europe/Helsinki"),
    **dict.fromkeys(("ET", "EDT"), "America/New_York"),
    **dict.fromkeys(("CT", "CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MT", "MDT"), "America/Denver"),
    **dict.fromkeys(("PT", "PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "SGT": "Asia/Singapore",
    "MSK": "Europe/Moscow",
    "TRT": "Europe/Istanbul",
}
_OFFSET = re.compile(r"(UTC|GMT|Z)? ?[+-] ?\d{1,2}(:?\d{2})?", re.ASCII | re.IGNORECASE)
_TRUTH = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}
_SHOWN = 40
_PORTS = 65_536
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
#: In `[status_pages]`: this provider's page is not read.
NO_PAGE = "none"


def text(value: object) -> str:
    """Read one line of text."""
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a text", 'write it in quotation marks, like "Muster Handel"')
    if not value.strip():
        raise Wrong("is empty", "fill it in or remove the line")
    if has_controls(value) or "\n" in value:
        raise Wrong("holds control characters", "write one line of plain text")
    return value.strip()


def flag(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise Wrong(f"{shown(value)} is neither true nor false", "write true or false, without quotation marks")


def whole(value: object) -> int:
    """Read a whole number, 1 or more."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise Wrong(f"{shown(value)} is not a whole number above 0", "write a number like 50")


def number(value: object) -> float:
    """Read a number above 0."""
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, int | float) and usable and math.isfinite(value) and value > 0:
        return float(value)
    raise Wrong(f"{shown(value)} is not a number above 0", "write a number like 80 or 0.5")


def amount(value: object) -> float:
    """Read an amount of money, 0 or more."""
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, int | float) and usable and math.isfinite(value) and value >= 0:
        return float(value)
    raise Wrong(f"{shown(value)} is not a price", "write US dollars like 0.11, without a sign")


def duration(value: object) -> float:
    """Read seconds, from `30s` or a number of seconds."""
    if not isinstance(value, str | int | float):
        raise Wrong(f"{shown(value)} is not a duration", 'write it like "30s", "1h30m" or "90d"')
    try:
        return parse_duration(value)
    except UsageError as error:
        raise Wrong(str(error), error.hint or "") from None


def timeout(value: object) -> float:
    """Read seconds, more than 0."""
    seconds = duration(value)
    if seconds > 0:
        return seconds
    raise Wrong(f"{shown(value)} leaves no time", 'write it like "30s"')


def day_hours(value: object) -> DayHours:
    """Read hours of a day, as `08:00-20:00`."""
    found = _DAY_HOURS.fullmatch(text(value))
    if found:
        opens, closes = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if opens < closes <= WHOLE_DAY and int(found[2]) < 60 > int(found[4]):  # noqa: PLR2004 - minutes of an hour
            return DayHours(opens, closes)
    raise Wrong(f"{shown(value)} are no hours of one day", 'write it like "08:00-20:00" or "00:00-24:00"')


def texts(value: object) -> tuple[str, ...]:
    """Read a list of texts."""
    if isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
        if any(is_reference(item) for item in value):
            raise Wrong("has a reference inside a list", 'give the whole list as one "env:NAME": one, two')
        return tuple(text(item) for item in value)
    raise Wrong("is not a list of texts", 'write it like ["one", "two"]')


def phone(value: object) -> str:
    """Read a phone number, in the form that readers see."""
    spelled = text(value)
    if _PHONE.fullmatch(spelled) and sum(character.isdigit() for character in spelled) > 1:
        return spelled
    raise Wrong(f"{shown(value)} is not a phone number", 'write it like "+49 30 23125000"')


def e164(value: object) -> str:
    """Read a phone number with its country code, as providers write it."""
    spelled = text(value)
    if _E164.fullmatch(spelled):
        return spelled
    raise Wrong(f"{shown(value)} is not a number with its country code", 'write it like "+4930231250"')


def consent(value: object) -> ConsentRule:
    """Read whether consent is `required`, or `assumed` until the person says no."""
    if value in list(ConsentRule):
        return ConsentRule(str(value))
    raise Wrong(f"{shown(value)} is not a consent rule", 'write "required" or "assumed"')


def lanes(value: object) -> tuple[tuple[str, ...], ...]:
    """Read a list of lists of channel names."""
    example = 'write it like [["email", "sms"], ["page"]]'
    if not isinstance(value, list) or not all(isinstance(lane, list) for lane in value):
        raise Wrong("is not a list of lanes, each a list of channels", example)
    if not value or not all(value):
        raise Wrong("has no channels" if not value else "has a lane without channels", example)
    return tuple(texts(lane) for lane in value)


def locale(value: object) -> str:
    """Read a language, or a language and a region: `de`, `de-AT`."""
    spelled = text(value)
    if LOCALE.fullmatch(spelled):
        return spelled
    likely = likely_locale(spelled)
    fix = f"did you mean {likely}?" if likely else 'write it like "de" or "en-GB"'
    raise Wrong(f"{shown(value)} is not a locale", fix)


def likely_locale(spelled: str) -> str | None:
    """Return the locale that was probably meant: `de-DE` for `de_DE.UTF-8`, `de` for `German`."""
    language, _, region = spelled.partition(".")[0].partition("@")[0].replace("_", "-").partition("-")
    language = _LANGUAGES.get(language.lower(), language.lower())
    likely = f"{language}-{region.upper()}" if region else language
    return likely if LOCALE.fullmatch(likely) else None


def region(value: object) -> str:
    """Read a country as two letters."""
    spelled = text(value)
    if _REGION.fullmatch(spelled):
        return spelled.upper()
    raise Wrong(f"{shown(value)} is not a country in two letters", 'write it like "DE" or "GB"')


def timezone(value: object) -> ZoneInfo:
    """Read a time zone by its place: `Europe/Berlin`."""
    spelled = text(value)
    try:
        return ZoneInfo(spelled)
    except (
        ValueError,
        OSError,
        LookupError,
    ):  # which error is raised depends on the path that the name leads to
        raise Wrong(f"{shown(value)} is not a time zone", _likely_timezone(spelled)) from None


def url(value: object) -> str:
    """Read an http or https address without credentials; errors do not show it, as it may have some."""
    spelled = text(value)
    example = 'write it like "https://status.example.com"'
    try:
        parts = urlsplit(spelled)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in spelled
        _ = parts.port  # raises if it is not a number
    except ValueError:
        raise Wrong("is not an http or https address", example) from None
    if not usable:
        raise Wrong("is not an http or https address", example)
    if "@" in parts.netloc:
        raise Wrong("holds credentials", "take user and password out and give them as their own keys")
    return spelled


def endpoint(value: object) -> str:
    """Read the address of an API: like `url`, with its host in ASCII, because requests are signed with it."""
    return ascii_url(url(value))


def status_page(value: object) -> str:
    """Read the address of a provider's public status, or `none`."""
    return NO_PAGE if value == NO_PAGE else url(value)


def table(value: object) -> Mapping[str, object]:
    """Read a table."""
    if isinstance(value, Mapping):
        return value
    raise Wrong(f"{shown(value)} is not a table", "write it in the file, in { braces } or under a [heading]")


def spans(value: object) -> Mapping[Severity, timedelta | None]:
    """Read how soon an audience is promised the next update, by severity; `none` promises nothing."""
    example = 'write it like { sev1 = "15m", sev2 = "1h", sev3 = "none" }'
    if not isinstance(value, Mapping):
        raise Wrong(f"{shown(value)} is not a table of severities", example)
    for name in value:
        if name not in list(Severity):
            raise Wrong(f"{shown(name)} is not a severity", example)
    return {
        Severity(name): None if span == "none" else timedelta(seconds=timeout(span))
        for name, span in value.items()
    }


def tables(value: object) -> tuple[Mapping[str, object], ...]:
    """Read a list of tables."""
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        return tuple(value)
    raise Wrong(f"{shown(value)} is not a list of tables", "write it like [{ ... }, { ... }]")


def from_word(shape: Callable[[object], T], word: str) -> T:
    """Read the text of an environment variable, which has no type, as `shape`."""
    value: object = text(word)
    if shape in {lanes, table, tables, spans}:
        what = "a list of lists" if shape is lanes else "a list of tables" if shape is tables else "a table"
        raise Wrong(f"is {what}, which a variable cannot hold", "write it in the file")
    if shape is flag:
        value = _TRUTH.get(word.strip().lower(), word)
    elif shape in {texts, networks}:
        value = [item.strip() for item in word.split(",")]
    elif shape in {whole, number, amount, duration, timeout}:
        value = _counted(word.strip())
    return shape(value)


def readings(word: str) -> list[object]:
    """Return the typed values that the text of a variable may stand for: a boolean, a number, a list."""
    truths: list[object] = [_TRUTH[word.strip().lower()]] if word.strip().lower() in _TRUTH else []
    return [*numbers(word), *truths, [item.strip() for item in word.split(",")]]


def numbers(word: str) -> list[object]:
    """Return the number that a text stands for, as a list with one value or none."""
    counted = _counted(word.strip())
    return [] if isinstance(counted, str) else [counted]


def shown(value: object) -> str:
    """Return a value for a message: short, printable, texts in quotation marks."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    plain = printable(str(value))
    short = plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
    return f'"{short}"' if isinstance(value, str) else short


def origin(value: object) -> str:
    """Read the public origin of this machine: https, a host, perhaps a port, no path.

    Without TLS it may only be this machine itself, for trying things out.
    """
    spelled = url(value).rstrip("/")
    parts = urlsplit(spelled)
    example = 'write it like "https://notify.muster.example"'
    if parts.path or parts.query or parts.fragment:
        raise Wrong(f"{shown(value)} has a path", example)
    if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
        raise Wrong(f"{shown(value)} is not https, so that anybody on the way could read it", example)
    return spelled


def secret(value: object) -> str:
    """Read a reference to a secret, `env:NAME` or `file:PATH`; it is resolved when it is used."""
    if isinstance(value, str) and is_reference(value):
        return value
    raise Wrong("is a secret, which does not belong in the file", 'write it like "env:ALERTS_TOKEN"')


def networks(value: object) -> tuple[str, ...]:
    """Read a list of networks or addresses: `["172.16.0.0/12"]`."""
    found = texts(value)
    for one in found:
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise Wrong(f"{shown(one)} is not a network", 'write it like ["172.16.0.0/12"]') from None
    return found


def listening(value: object) -> str:
    """Read where to listen: `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/broadcast/desk.sock`."""
    spelled = text(value)
    host, _, port = spelled.rpartition(":")
    if spelled.startswith("unix:/") or (host and port.isascii() and port.isdigit() and int(port) < _PORTS):
        return spelled
    raise Wrong(f"{shown(value)} is not an address to listen on", 'write it like "127.0.0.1:8080"')


def _counted(word: str) -> object:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _likely_timezone(spelled: str) -> str:
    """Return advice to name a place: an abbreviation or an offset can be hours wrong."""
    place = _PLACES.get(spelled.upper())
    if place:
        return f'write a place, which has summer time: "{place}"'
    if _OFFSET.fullmatch(spelled):
        return 'an offset has no summer time; write a place, like "Europe/Berlin"'
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones()) if "/" in zone}
    city = nearest(spelled.rpartition("/")[2], [*cities])
    likely = nearest(spelled, cities.values()) or (cities[city] if city else None)
    return f"did you mean {likely}?" if likely else 'write it like "Europe/Berlin"'
