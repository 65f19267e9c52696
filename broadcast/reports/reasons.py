"""Reasons in other languages: the ledger keeps English ones from the engine, our adapters and the providers.

Our own are translated by `translated_reasons/<language>.toml`. A provider's words are quoted, so that readers
see where they come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from broadcast.localisation.language import Language, language_for
from broadcast.localisation.phrase_book import PhraseBook, Phrases

_TRANSLATIONS = PhraseBook(Path(__file__).with_name("translated_reasons"))
_LANGUAGE_FREE = re.compile(r"HTTP \d{3}|[\W\d_]*|[\w-]+\.[\w.-]+")
_PLACE = re.compile(r"\\{(\w+)\\}")
#: The tables of single words; all other tables have whole reasons.
_WORD_TABLES = ("address", "barred")
#: The possible values of a place in a reason; other places take any value.
_HOLDS = {"n": r"[\d.,]+", "n2": r"[\d.,]+", "stage": r"[A-Za-z]+", "word": r"\S+", "address": r"[a-z ]+"}
_DEPTH = 5  # reasons within reasons
_Entry: TypeAlias = tuple[re.Pattern[str], str]


def translate(reason: str, language: str) -> str:
    """Return the reason in a language, or as a quotation; in English if that language has no translations."""
    return _translation(language).whole(reason, _DEPTH) if _TRANSLATIONS.has(language) else reason


@dataclass(frozen=True, slots=True)
class _Translation:
    """The reasons in one language. `entries` are English patterns with their translation, in their order."""

    language: Language
    tables: Mapping[str, Mapping[str, str]]
    entries: tuple[_Entry, ...]

    def whole(self, reason: str, depth: int) -> str:
        """Return the translation; a quotation if the reason is not ours and has words."""
        known = self._known(reason, depth)
        return reason if known is None and _LANGUAGE_FREE.fullmatch(reason) else known or self._quoted(reason)

    def _known(self, reason: str, depth: int) -> str | None:
        """Return the translation; None if the reason is not ours, or nested more than `depth` times."""
        for pattern, translation in self.entries if depth else ():
            found = pattern.fullmatch(reason)
            values = found and self._values(found.groupdict(), depth - 1)
            if values is not None:
                return translation.format(**values)
        return None

    def _values(self, found: Mapping[str, str], depth: int) -> dict[str, str] | None:
        """Return the values of the places, translated; None if a place has a value that it may not have."""
        values: dict[str, str] = {}
        for name, text in found.items():
            value = self._known(text, depth) if name == "known" else self._value(name, text, depth)
            if value is None:
                return None
            values[name] = value
        return values

    def _value(self, name: str, text: str, depth: int) -> str:
        match name:
            case "more":
                return self.whole(text, depth)
            case "said":
                return self._quoted(text)
            case "address":
                return self.tables["address"].get(text, text)
            case "barred":
                return ", ".join(self._barred(one) for one in text.split(", "))
            case "n" | "n2":
                return text.replace(",", self.language.thousands)
            case _:
                return text

    def _barred(self, one: str) -> str:
        """Return `E-Mail-Adresse abgemeldet` for `email opted out`."""
        kind, _, why = one.partition(" ")
        if why in self.tables["barred"]:
            return f"{self.tables['address'].get(kind, kind)} {self.tables['barred'][why]}"
        return self.tables["barred"].get(one) or self._quoted(one)

    def _quoted(self, words: str) -> str:
        opens, closes = self.language.quotes
        return f"{opens}{words}{closes}"


@cache
def _translation(language: str) -> _Translation:
    phrases: Phrases = _TRANSLATIONS.phrases(language)
    reasons = (table.items() for name, table in phrases.entries.items() if name not in _WORD_TABLES)
    entries = tuple((_pattern(english), translation) for table in reasons for english, translation in table)
    return _Translation(language_for(language), phrases.entries, entries)


def _pattern(english: str) -> re.Pattern[str]:
    """Return the reason as a pattern whose places are groups."""
    places = _PLACE.sub(lambda place: f"(?P<{place[1]}>{_HOLDS.get(place[1], '.+?')})", re.escape(english))
    return re.compile(places, re.DOTALL | re.IGNORECASE)
