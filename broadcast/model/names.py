"""Names of people, normalised for comparison."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
_TITLES = frozenset(("herr", "frau", "mr", "mrs", "ms", "mx", "dr", "prof"))


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name in lower case, without titles; the order of first and last name varies."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return frozenset(_WORD.findall(folded)) - _TITLES
