"""Tokens of links with which a person confirms a notice.

A token has the number of the delivery and an HMAC keyed with the install secret. It has no personal data, and
nothing is stored for it. It is short, because an SMS has to carry the link.

Example:
    >>> confirm_token(secret, 71, notice.identity)
    '1z-mzxw6ytboi4dcnzq'
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from datetime import timedelta

#: A link can be used so long after its question was asked.
LIFETIME = timedelta(days=7)
_CHECK_BYTES = 10  # 80 bits, 16 characters of base32: not to be guessed through a server
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"([0-9a-z]{1,12})-([a-z2-7]{16})")


def confirm_token(secret: bytes, delivery: int, identity: str) -> str:
    """Return the token for the receiver of a delivery.

    Args:
        secret: The install secret.
        delivery: The number of the delivery in the ledger.
        identity: The identity of its notice.
    """
    signed = f"confirm\x1f{delivery}\x1f{identity}".encode()
    check = hmac.digest(secret, signed, "sha256")[:_CHECK_BYTES]
    return f"{_in_base_36(delivery)}-{b32encode(check).decode().lower()}"


def delivery_number(token: str) -> int | None:
    """Return the number of the delivery that a token is about, not verified; None if it is no token."""
    # Some mail programs and people write links in capitals.
    found = _TOKEN.fullmatch(token.strip().lower())
    return int(found[1], 36) if found else None


def is_genuine(token: str, secret: bytes, delivery: int, identity: str) -> bool:
    """Return whether this installation made the token for this delivery."""
    ours = confirm_token(secret, delivery, identity)
    return hmac.compare_digest(token.strip().lower().encode(errors="replace"), ours.encode())


def _in_base_36(number: int) -> str:
    digits = _DIGITS[number % 36]
    while number := number // 36:
        digits = _DIGITS[number % 36] + digits
    return digits
