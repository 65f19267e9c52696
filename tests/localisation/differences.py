"""What the languages of a phrase book must have alike, and where one does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from broadcast.localisation.language import FALLBACK
from broadcast.localisation.phrase_book import PhraseBook

DATES = "dates"
PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}")


def differences(book: PhraseBook) -> list[str]:
    """Return where a language differs from English in names or placeholders: one line for each place."""
    english = dict(shape(book.phrases(FALLBACK).entries))
    lines = []
    for language in book.languages():
        own = dict(shape(book.phrases(language).entries))
        for place in sorted(english.keys() | own.keys()):
            one, other = own.get(place, "missing"), english.get(place, "missing")
            lines += [f"{language}.toml: {place} is {one}; in English it is {other}"] if one != other else []
    return lines


def shape(entries: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Yield every entry's place with what all languages must have alike."""
    for name, entry in entries.items():
        place = f"{within}{name}"
        if isinstance(entry, dict):
            yield from shape(entry, f"{place}.")
        elif isinstance(entry, list):
            yield place, "a list"
        elif within.endswith(f"{DATES}."):
            yield place, "a date"
        elif isinstance(entry, str):
            yield place, f"a text with {sorted(set(PLACEHOLDER.findall(entry)))}"
        else:
            yield place, type(entry).__name__
