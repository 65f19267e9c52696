"""Names of people: compared, and listed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_TITLES = frozenset(("herr", "frau", "mr", "mrs", "ms", "mx", "dr", "prof"))


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name in lower case, without titles; the order of first and last name varies."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return frozenset(_WORD.findall(folded)) - _TITLES


def listed(names: Iterable[str]) -> str:
    """Return names on one line; if one has a comma, semicolons stand between them: `Ben; Berg, Anna`."""
    found = tuple(names)
    return ("; " if any("," in name for name in found) else ", ").join(found)
