"""How each language is spoken: the words for times, days, units and abbreviations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLanguage:
    """How one language is spoken.

    `date` and the clocks are patterns; a full hour has no minutes. `units` are (one, several) by what is
    written, `short` the words for what is written shorter. `site` and `site_named` say where our own page
    is to be found and what it is called; `online` and `page_named` say the same of anybody else's.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    clock: str
    full_hour: str
    half_day: bool
    seconds: str
    to: str
    ratio: str
    plus: str
    also: str
    either: str
    dot: str
    port: str
    version: str
    severity: str
    incident: str
    notice: str
    by_email: str
    site: str
    site_named: str
    online: str
    page_named: str
    always: str
    units: Mapping[str, tuple[str, str]]
    short: Mapping[str, str]


_SAME = {"MB": ("Megabyte",) * 2, "GB": ("Gigabyte",) * 2, "TB": ("Terabyte",) * 2}
GERMAN = SpokenLanguage(
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    date="{day}. {month}",
    clock="{hour} Uhr {minute}",
    full_hour="{hour} Uhr",
    half_day=False,
    seconds="{time} und {seconds} Sekunden",
    to="bis",
    ratio="zu",
    plus="plus",
    also="und",
    either="oder",
    dot="Punkt",
    port="Port",
    version="Version",
    severity="Schweregrad",
    incident="Vorgang",
    notice="Meldung",
    by_email="per E-Mail",
    site="auf unserer Internetseite",
    site_named="unsere Internetseite",
    online="im Internet",
    page_named="eine Internetseite",
    always="rund um die Uhr",
    units={
        "min": ("Minute", "Minuten"),
        "h": ("Stunde", "Stunden"),
        "s": ("Sekunde", "Sekunden"),
        "ms": ("Millisekunde", "Millisekunden"),
        "%": ("Prozent", "Prozent"),
        "€": ("Euro", "Euro"),
        **_SAME,
    },
    short={
        "ca.": "etwa",
        "z.b.": "zum Beispiel",
        "d.h.": "das heißt",
        "bzw.": "beziehungsweise",
        "usw.": "und so weiter",
        "etc.": "und so weiter",
        "inkl.": "inklusive",
        "evtl.": "vielleicht",
        "ggf.": "vielleicht",
        "max.": "höchstens",
        "mind.": "mindestens",
        "u.a.": "unter anderem",
        "z.zt.": "zurzeit",
        "nr.": "Nummer",
        "tel.": "Telefon",
    },
)
ENGLISH = SpokenLanguage(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date="{day} {month}",
    clock="{hour}:{minute:02} {half}",
    full_hour="{hour} {half}",
    half_day=True,
    seconds="{time} and {seconds} seconds",
    to="to",
    ratio="to",
    plus="plus",
    also="and",
    either="or",
    dot="dot",
    port="port",
    version="version",
    severity="severity",
    incident="incident",
    notice="message",
    by_email="by e-mail",
    site="on our website",
    site_named="our website",
    online="online",
    page_named="a web page",
    always="around the clock",
    units={
        "min": ("minute", "minutes"),
        "h": ("hour", "hours"),
        "s": ("second", "seconds"),
        "ms": ("millisecond", "milliseconds"),
        "%": ("percent", "percent"),
        "€": ("euro", "euros"),
        **{unit: (one.lower(), f"{several.lower()}s") for unit, (one, several) in _SAME.items()},
    },
    short={
        "ca.": "about",
        "approx.": "about",
        "e.g.": "for example",
        "i.e.": "that is",
        "etc.": "and so on",
        "incl.": "including",
        "max.": "at most",
        "tel.": "phone",
    },
)
#: Everything that any of them writes shorter, the longest first.
SHORT = tuple(sorted({*GERMAN.short, *ENGLISH.short}, key=len, reverse=True))
LONG_MONTHS = tuple(dict.fromkeys((*GERMAN.months, *ENGLISH.months)))
_SPOKEN = {"de": GERMAN, "en": ENGLISH}


def spoken_language_for(language: str) -> SpokenLanguage:
    """Return how `language` is spoken; as English is where we do not know."""
    return _SPOKEN.get(language, ENGLISH)
