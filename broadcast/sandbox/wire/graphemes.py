"""Count characters as readers see them: the essentials of Unicode's UAX 29, as networks apply it."""

from __future__ import annotations

import re
import unicodedata

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_JOINER = "\u200d"


def grapheme_count(text: str) -> int:
    """Return the count: a letter with its accents is one, and so is a flag or a family of joined emoji."""
    single = _FLAG.sub("x", unicodedata.normalize("NFC", text).replace("\r\n", "\n"))
    return sum(
        not _extends(character) and single[position - 1 : position] != _JOINER
        for position, character in enumerate(single)
    )


def _extends(character: str) -> bool:
    tone, tag = "\U0001f3fb" <= character <= "\U0001f3ff", "\U000e0020" <= character <= "\U000e007f"
    return character == _JOINER or tone or tag or unicodedata.category(character) in {"Mn", "Me", "Mc"}
