"""Header lines of a message: any text, folded and encoded so that every mail program reads the same.

Python's own header classes parse their input before they write it: an encoded name with a comma then
becomes two mailboxes, and long names become encoded-words that are longer than RFC 2047 allows.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from email.utils import formataddr

_LINE = 76  # characters of a line that holds an encoded-word (RFC 2047, section 2)
_BYTES = 39  # of text in one encoded-word: as base64 they fit beside "Subject: "
_WORD_AND_SPACES = re.compile(r" *[^ ]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def mailbox_line(header: str, name: str, address: str) -> str:
    """Return `From: "Muster, Nord" <a@b.example>` and a line end.

    The name may be any text on one line; the address is ASCII.
    """
    if not name:
        return f"{header}: {address}\r\n"
    plain = formataddr((name, address)) if name.isascii() else ""
    if plain and _may_stay(name) and len(header) + 2 + len(plain) <= _LINE:
        return f"{header}: {plain}\r\n"
    words = _encoded(name)
    last = len(words.rpartition("\r\n")[2]) + (0 if "\r\n" in words else len(header) + 2)
    gap = " " if last + len(address) + 3 <= _LINE else "\r\n "
    return f"{header}: {words}{gap}<{address}>\r\n"


def text_line(header: str, text: str) -> str:
    """Return `Subject: ...` and a line end; `text` is any text on one line."""
    text = text.strip(" ")
    words = _WORD_AND_SPACES.findall(text)
    room = _LINE - len(header) - 2
    if text.isascii() and _may_stay(text) and all(len(word) <= room for word in words):
        return f"{header}: {_folded(words, room)}\r\n"
    return f"{header}: {_encoded(text)}\r\n"


def _may_stay(text: str) -> bool:
    """Return whether no mail program reads this ASCII text as an encoded-word."""
    return "=?" not in text and not _CONTROL.search(text)


def _folded(words: list[str], room: int) -> str:
    """Return the words with line breaks where they would not fit; unfolding restores the same spaces."""
    folded, left = "", room
    for word in words:
        if len(word) > left:
            folded, left = f"{folded}\r\n", _LINE
        folded, left = folded + word, left - len(word)
    return folded


def _encoded(text: str) -> str:
    """Return encoded-words, one per line."""
    words = (f"=?utf-8?b?{b64encode(part.encode()).decode()}?=" for part in _parts(text))
    return "\r\n ".join(words)


def _parts(text: str) -> Iterator[str]:
    """Yield pieces of at most `_BYTES` in UTF-8, cut after a space if there is one."""
    while text:
        end = size = 0
        for sign in text:
            size += len(sign.encode())
            if size > _BYTES:
                break
            end += 1
        space = text.rfind(" ", 0, end) + 1
        cut = end if end == len(text) else space or end
        yield text[:cut]
        text = text[cut:]
