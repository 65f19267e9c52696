"""Web addresses in a plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the non-empty pieces of `text`, each with whether it is a web address."""
    end = 0
    for match in _ADDRESS.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], False
        yield match.group(), True
        end = match.end()
    if end < len(text):
        yield text[end:], False
