"""What a caller wants, from the words that the provider recognised. No model is needed for it.

The words of each language are in `phrases/<language>.toml`. A pattern is one or more words in order. `*` in a
word stands for any letters, `/` parts words of which one is said, and `...` between words stands for up to
three others. Each part is bounded, so that the time to search grows with the length of the speech only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

from broadcast.localisation.phrase_book import PhraseBook

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))
#: Longer speech is cut where it is kept: a request may bring 64 KiB.
LONGEST_SPEECH = 600
#: So much is searched for what the caller wants: more than a caller says in two minutes.
LONGEST_SEARCHED = 2400
#: A longer sentence says more than yes or no.
_WORDS_OF_YES = 4

_NO_WORD = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['\u2019\u02bc`\u00b4]")
#: Recognition writes umlauts either way.
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


class Intent(StrEnum):
    """What a caller wants, by key or by words; the first one in this order that fits counts."""

    EMERGENCY = "emergency"
    HUMAN = "human"
    STOP = "stop"
    CALL_BACK = "call-back"
    LINK = "link"
    LANGUAGE = "language"
    OTHER = "other"  # a key or words that are none of these, or a question of another kind
    REPEAT = "repeat"  # the state of the incident, again or for the first time
    GOODBYE = "goodbye"
    NO = "no"
    YES = "yes"
    NONE = "none"  # silence


def intent_of(speech: str, locale: str) -> Intent:
    """Return what the words ask for; `OTHER` if no rule fits, `NONE` without words.

    >>> intent_of("Ich möchte bitte mit einem Menschen sprechen", "de")
    <Intent.HUMAN: 'human'>
    """
    said = plain_words(speech)
    if not said:
        return Intent.NONE
    meant = _passed_over(locale, "idioms").sub("", said)
    wanted = _passed_over(locale, "declined").sub("", meant)
    for intent, pattern in _patterns(locale):
        if pattern.search(meant if intent is Intent.EMERGENCY else wanted):
            return Intent.OTHER if _too_long(intent, said) else intent
    return Intent.OTHER


def asks_about_own(speech: str, locale: str) -> bool:
    """Return whether the words are about the caller's own order or request."""
    return _own(locale).search(plain_words(speech)) is not None


def key_of(speech: str, locale: str) -> str:
    """Return the key whose name is all that was said: `3` for "drei" or "3."; "" if it is none."""
    said = plain_words(speech).strip()
    if len(said) == 1 and said in "0123456789":
        return said
    return _keys(locale).get(said, "")


def plain_words(speech: str) -> str:
    """Return the words in small letters without umlauts, with single spaces, one space around them."""
    said = " ".join(_NO_WORD.sub(" ", _folded(speech[:LONGEST_SEARCHED])).split())
    return f" {said} " if said else ""


def _folded(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text).casefold()
    return _APOSTROPHES.sub("", composed).translate(_UMLAUTS)


def _too_long(intent: Intent, said: str) -> bool:
    return intent in {Intent.YES, Intent.NO} and len(said.split()) > _WORDS_OF_YES


def hints_for(locale: str) -> tuple[str, ...]:
    """Return words that callers are likely to say, for the provider's recognition."""
    return PHRASES.phrases(locale).listed("hints")


def locale_of_prefix(number: str, locales: Iterable[str]) -> str:
    """Return the first of `locales` that is spoken where the number is from; "" if none is."""
    return next((one for one in locales if number.startswith(_prefixes(one))), "")


def matcher(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return an expression that finds any of these patterns in `plain_words`."""
    found = "|".join(_expression(_folded(pattern)) for pattern in patterns)
    return re.compile(f"(?<= )(?:{found})(?= )" if found else r"(?!)")


def _expression(pattern: str) -> str:
    return " ".join(_word(word) for word in pattern.split()).replace(" ... ", r"(?: \w+){0,3} ")


def _word(word: str) -> str:
    if word == "...":
        return word
    either = re.escape(word).replace(r"\*", r"\w*").replace("/", "|")
    return f"(?:{either})" if "|" in either else either


@cache
def _passed_over(locale: str, table: str) -> re.Pattern[str]:
    """Return what finds words that do not mean what they say."""
    return matcher(PHRASES.phrases(locale).listed(table))


@cache
def _patterns(locale: str) -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    table = PHRASES.phrases(locale).entries["intent"]
    return tuple((intent, matcher(table[intent])) for intent in Intent if intent in table)


@cache
def _own(locale: str) -> re.Pattern[str]:
    return matcher(PHRASES.phrases(locale).entries["own"]["words"])


@cache
def _keys(locale: str) -> Mapping[str, str]:
    table: Mapping[str, Sequence[str]] = PHRASES.phrases(locale).entries["keys"]
    return {_folded(name): key for key, names in table.items() for name in names}


@cache
def _prefixes(locale: str) -> tuple[str, ...]:
    return PHRASES.phrases(locale).listed("prefixes")
