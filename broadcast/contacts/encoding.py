"""The encoding of lists from other systems, which nearly never say it."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from itertools import chain

_BYTE_ORDER = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: Tried in this order: a text of German Windows is hardly ever valid UTF-8.
_UNMARKED = ("utf-8", "cp1252")


def encoding_of(chunks: Iterable[bytes]) -> str | None:
    """Return the encoding: by the byte order mark, else UTF-8, else German Windows; None if it is no text.

    The chunks are read to the end unless there is a mark. A text that ends within a character counts as
    UTF-8, so that decoding fails: read as German Windows, every name with an umlaut would be wrong.
    """
    following = iter(chunks)
    start = next(following, b"")
    for prefix, encoding in _BYTE_ORDER.items():
        if start.startswith(prefix):
            return encoding
    possible = {name: codecs.getincrementaldecoder(name)() for name in _UNMARKED}
    for chunk in chain([start], following):
        if b"\0" in chunk:
            return None
        for name, decoder in list(possible.items()):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                del possible[name]
    return next(iter(possible), None)
