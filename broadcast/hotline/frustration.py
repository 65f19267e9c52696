"""How frustrated a caller sounds, from the words that the provider recognised; never from the voice."""

from __future__ import annotations

import re
from functools import cache

from broadcast.hotline.intent import PHRASES, matcher, plain_words

#: From this level on a caller is handed over.
HAND_OVER = 2


def frustration_of(speech: str, locale: str) -> int:
    """Return 0 for calm words, 1 for annoyed ones, 2 for words after which a person should take over.

    >>> frustration_of("Ich rufe jetzt zum dritten Mal an, das ist eine Frechheit", "de")
    2
    """
    calm, strong, mild = _patterns(locale)
    said = calm.sub("", plain_words(speech))
    if strong.search(said):
        return HAND_OVER
    return min(HAND_OVER, sum(1 for _ in mild.finditer(said)))


@cache
def _patterns(locale: str) -> tuple[re.Pattern[str], ...]:
    table = PHRASES.phrases(locale).entries["frustration"]
    return matcher(table["calm"]), matcher(table["strong"]), matcher(table["mild"])
