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
    return [
        f"{language}.toml: {line}"
        for language in book.languages()
        for line in differing(book.phrases(language).entries, book.phrases(FALLBACK).entries)
    ]


def differing(entries: Mapping[str, Any], in_english: Mapping[str, Any]) -> list[str]:
    """Return where the entries of a file differ from the English ones."""
    own, english = dict(shape(entries)), dict(shape(in_english))
    places = sorted(english.keys() | own.keys())
    pairs = [(place, own.get(place, "missing"), english.get(place, "missing")) for place in places]
    return [f"{place} is {one}; in English it is {other}" for place, one, other in pairs if one != other]


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
