"""What a caller wants, from the words that the provider recognised. No model is needed for it.

The words of each language are in `phrases/<language>.toml`. A pattern is one or more words in order; `*` at
the end of a word stands for any ending, and `...` between words for up to three others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

from broadcast.localisation.phrase_book import PhraseBook

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))
#: Longer speech is cut: what people want is in their first sentences, and a request may bring 64 KiB.
LONGEST_SPEECH = 600

_NO_WORD = re.compile(r"[^\w]+")


class Intent(StrEnum):
    """What a caller wants, by key or by words; the first one in this order that fits counts."""

    EMERGENCY = "emergency"
    HUMAN = "human"
    STOP = "stop"
    CALL_BACK = "call-back"
    LINK = "link"
    LANGUAGE = "language"
    REPEAT = "repeat"
    GOODBYE = "goodbye"
    NO = "no"
    YES = "yes"
    OTHER = "other"  # a key or words that are none of these
    NONE = "none"  # silence


def intent_of(speech: str, locale: str) -> Intent:
    """Return what the words ask for; `OTHER` if no rule fits, `NONE` without words.

    >>> intent_of("Ich möchte bitte mit einem Menschen sprechen", "de")
    <Intent.HUMAN: 'human'>
    """
    said = plain_words(speech)
    if not said:
        return Intent.NONE
    patterns = _patterns(locale)
    return next((intent for intent, pattern in patterns if pattern.search(said)), Intent.OTHER)


def key_of(speech: str, locale: str) -> str:
    """Return the key whose name is all that was said: `3` for "drei" or "3."; "" if it is none."""
    said = plain_words(speech).strip()
    if len(said) == 1 and said in "0123456789":
        return said
    return _keys(locale).get(said, "")


def plain_words(speech: str) -> str:
    """Return the words in small letters with single spaces, and one space before and after."""
    said = " ".join(_NO_WORD.sub(" ", speech[:LONGEST_SPEECH].casefold()).split())
    return f" {said} " if said else ""


def hints_for(locale: str) -> tuple[str, ...]:
    """Return words that callers are likely to say, for the provider's recognition."""
    return PHRASES.phrases(locale).listed("hints")


def locale_of_prefix(number: str, locales: Iterable[str]) -> str:
    """Return the first of `locales` that is spoken where the number is from; "" if none is."""
    return next((one for one in locales if number.startswith(_prefixes(one))), "")


def matcher(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return an expression that finds any of these patterns in `plain_words`."""
    found = "|".join(_expression(pattern.casefold()) for pattern in patterns)
    return re.compile(f"(?<= )(?:{found})(?= )" if found else r"(?!)")


def _expression(pattern: str) -> str:
    words = [re.escape(word).replace(r"\*", r"\w*") for word in pattern.split()]
    return " ".join(words).replace(r" \.\.\. ", r"(?: \w+){0,3} ")


@cache
def _patterns(locale: str) -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    table = PHRASES.phrases(locale).entries["intent"]
    return tuple((intent, matcher(table[intent])) for intent in Intent if intent in table)


@cache
def _keys(locale: str) -> Mapping[str, str]:
    table: Mapping[str, Sequence[str]] = PHRASES.phrases(locale).entries["keys"]
    return {name: key for key, names in table.items() for name in names}


@cache
def _prefixes(locale: str) -> tuple[str, ...]:
    return PHRASES.phrases(locale).listed("prefixes")
