"""The number of billed parts of an SMS: GSM 03.38, written from the standard."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


def sms_parts(text: str) -> int:
    """Return the number of parts: 160 or 153 septets each, or 70 or 67 UTF-16 units outside GSM-7."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        units, single, joined = sum(2 if c in _EXTENDED else 1 for c in text), 160, 153
    else:
        units, single, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= single else -(-units // joined)
