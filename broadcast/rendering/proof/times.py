"""Find times after a wrong preposition, such as "um So," or "at Sun"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from broadcast.rendering.proof.case import Case, Problem

_DAYS = {
    "de": r"(?:Mo|Di|Mi|Do|Fr|Sa|So|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag)",
    "en": r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?",
}
_WRONG: Mapping[str, re.Pattern[str]] = {
    "de": re.compile(
        rf"\b(?:[Uu]m|gegen)\s(?:am\s)?{_DAYS['de']}\b|\b(?:[Uu]m|[Aa]m|[Ss]eit|gegen|vom|[Bb]is)\s(?:um|am|seit|vom|bis)\b"
        r"|\b(?:am|vom)\s\d{1,2}:\d\d|\bUhr\sUhr\b|\b(?:am|vom)\s\d{1,2}\sUhr\b"
    ),
    "en": re.compile(
        rf"\b[Aa]t\s{_DAYS['en']}\b|\b(?:[Aa]t|[Oo]n|[Ss]ince|[Uu]ntil|[Bb]y)\s(?:at(?!\sonce)|on|since|until)\b"
        rf"|\bon\s\d{{1,2}}:\d\d|\bour\s{_DAYS['en']}\b"
    ),
}


def misplaced_times(text: str, case: Case) -> Iterator[Problem]:
    """Yield prepositions that do not fit the time after them."""
    pattern = _WRONG.get(case.language)
    found = pattern.search(text) if pattern else None
    if found:
        yield (
            f"has a time behind the wrong word: {found[0]!r}",
            "use |at, |since, |of or |until, which know the day",
        )
