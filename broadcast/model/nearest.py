"""What somebody probably meant by a word that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from types import MappingProxyType

#: Half of the letters in the same order: enough for a typing error in a command or a configuration.
_SIMILAR = 0.6
_DIGITS = re.compile(r"\d+")
_NO_OTHER_NAMES: Mapping[str, str] = MappingProxyType({})


def nearest(word: str, known: Iterable[str], *, similarity: float = _SIMILAR) -> str | None:
    """Return the known word that was probably meant, or None. Upper and lower case make no difference.

    A number is not guessed: `sev9` may be any severity, and `sms-3` any channel. Raise `similarity` (up to 1)
    where words of somebody else's may stand beside ours.
    """
    spellings = {name.casefold(): name for name in known}
    wanted = word.casefold()
    possible = [spelling for spelling in spellings if not _differ_by_a_number(wanted, spelling)]
    close = get_close_matches(wanted, possible, n=1, cutoff=similarity)
    return spellings[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], *, similarity: float = _SIMILAR) -> str:
    """Return a question about the nearest known word, or an empty text if none is near."""
    near = nearest(word, known, similarity=similarity)
    return "" if near is None else f"did you mean {near}?"


def suggest(word: str, known: Iterable[str], other_names: Mapping[str, str] = _NO_OTHER_NAMES) -> str:
    """Return the hint for an unknown word: a question about the nearest known one, or all of them.

    `other_names` are further names of known words. Words of a set are sorted; others keep their order.
    """
    words = sorted(known) if isinstance(known, AbstractSet) else list(known)
    names = {**other_names, **{name: name for name in words}}
    near = nearest(word, names)
    if near is not None:
        return f"did you mean {names[near]}?"
    return f"use one of: {', '.join(words)}" if words else "leave it out"


def _differ_by_a_number(word: str, other: str) -> bool:
    return word != other and _DIGITS.sub("", word) == _DIGITS.sub("", other)
