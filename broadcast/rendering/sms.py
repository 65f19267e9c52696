"""The length of an SMS, and how to keep it in the cheap alphabet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# GSM 03.38: one septet each. The escape character itself is left out: no text may hold it.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("€^{}\\[]~|\f")  # an escape and a septet: two units, never split

_LAST_SINGLE = "\uffff"  # above it UTF-16 takes a surrogate pair, never split either

_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_SUBSTITUTES = {
    **dict.fromkeys("„“”‟«»″", '"'),
    **dict.fromkeys("‚‘’‛‹›′´`", "'"),
    **dict.fromkeys("–—‐‑‒―−", "-"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys("•·‣▪", "-"),
    "…": "...",
    "→": "->",
    "←": "<-",
    "×": "x",
    "ç": "c",
    "ẞ": "SS",
    "\t": " ",
    "\u00ad": "",  # soft hyphen
    "\u200b": "",  # zero-width space
}
_TABLE = str.maketrans(_SUBSTITUTES)


class Encoding(StrEnum):
    """The two alphabets of SMS."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_CAPACITY = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class SmsLength:
    """The length of an SMS: `units` are septets (GSM-7) or UTF-16 units (UCS-2), and each part is billed."""

    encoding: Encoding
    units: int
    parts: int


def measure(text: str) -> SmsLength:
    """Return the alphabet, units and parts of `text`; no part ends inside an escape or a surrogate pair."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        return _counted(Encoding.GSM7, [2 if character in _EXTENDED else 1 for character in text])
    return _counted(Encoding.UCS2, [2 if character > _LAST_SINGLE else 1 for character in text])


def capacity(encoding: Encoding, parts: int) -> int:
    """Return how many units `parts` parts hold in that alphabet."""
    single, joined = _CAPACITY[encoding]
    return single if parts == 1 else joined * parts


def transliterate(text: str) -> str:
    """Return `text` with plain characters for typographic ones, of which a single one costs 90 characters.

    Letters with a meaning stay: an umlaut is never replaced (and is in the cheap alphabet anyway).
    """
    return text.translate(_TABLE)


def _counted(encoding: Encoding, widths: list[int]) -> SmsLength:
    single, joined = _CAPACITY[encoding]
    units = sum(widths)
    return SmsLength(encoding, units, 1 if units <= single else _parts(widths, joined))


def _parts(widths: Iterable[int], capacity_each: int) -> int:
    parts, used = 1, 0
    for width in widths:
        if used + width > capacity_each:
            parts, used = parts + 1, 0
        used += width
    return parts
