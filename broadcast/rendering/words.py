"""The few words that code, not a template, puts into a text."""

from __future__ import annotations

from pathlib import Path

from broadcast.localisation.phrase_book import PhraseBook, Phrases

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


def words_for(locale: str) -> Phrases:
    """Return the words of a locale's language, or English ones if we lack that language."""
    return PHRASES.phrases(locale)


def every_language() -> tuple[Phrases, ...]:
    """Return the words of every language: what people typed may be in any of them."""
    return tuple(map(PHRASES.phrases, PHRASES.languages()))
