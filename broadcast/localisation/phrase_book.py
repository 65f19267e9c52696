"""The phrases of one package in every language: a folder with a TOML file per language.

A new language is a new file. A table has the same names in every file, and a phrase the same placeholders,
except in `dates`, where each language uses the parts that it writes. A list may differ in length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from broadcast.localisation.language import FALLBACK, Language, language_for, language_of

_DATES = "dates"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one package in one language. `entries` are its file: texts, lists and tables.

    A phrase in a table is named with a dot. A phrase with a plural is a table of its forms:

        [label]
        ended = "Ended {moment}"
        days = { one = "{count} day", other = "{count} days" }

    >>> phrases("label.ended", moment="14:05")
    'Ended 14:05'
    >>> phrases.counted("label.days", 3)
    '3 days'
    """

    code: str
    language: Language
    entries: Mapping[str, Any]

    def __call__(self, name: str, /, **values: object) -> str:
        """Return the phrase with values in its placeholders.

        Raises:
            KeyError: if there is no such phrase, or a placeholder gets no value.
        """
        phrase: str = self._entry(name)
        return phrase.format(**values)

    def __contains__(self, name: str) -> bool:
        try:
            return isinstance(self._entry(name), str)
        except (KeyError, TypeError):
            return False

    def counted(self, name: str, count: int, /, **values: object) -> str:
        """Return the phrase in the form that belongs to the number, which is its value `count` by default."""
        return self(f"{name}.{self.language.form(count)}", **{"count": count, **values})

    def date(self, name: str, day: date) -> str:
        """Return a day in the pattern of this name in `[dates]`."""
        return self.language.date(self.entries[_DATES][name], day)

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(self._entry(name))

    def table(self, name: str) -> Mapping[str, str]:
        """Return a table, or a list of pairs, as a mapping."""
        return dict(self._entry(name))

    def number(self, name: str) -> float:
        """Return a number."""
        return float(self._entry(name))

    def flag(self, name: str) -> bool:
        """Return whether a setting of the language is on."""
        return bool(self._entry(name))

    def _entry(self, name: str) -> Any:
        entry: Any = self.entries
        for part in name.split("."):
            entry = entry[part]
        return entry


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """The phrases of one package: the files `<language>.toml` of `folder`. Each is read on first use."""

    folder: Path

    def languages(self) -> tuple[str, ...]:
        """Return the languages that have a file, sorted."""
        return _languages(self.folder)

    def has(self, locale: str) -> bool:
        """Return whether the language of a locale has a file."""
        return language_of(locale) in self.languages()

    def phrases(self, locale: str) -> Phrases:
        """Return the phrases in the language of a locale, or in English if we lack that language."""
        return _load(self.folder, language_of(locale) if self.has(locale) else FALLBACK)


@cache
def _languages(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


@cache
def _load(folder: Path, language: str) -> Phrases:
    import tomllib

    entries = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
    return Phrases(language, language_for(language), entries)
