"""The only place that makes identifiers: random ones for runs, derived ones for messages."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from functools import lru_cache

_REFERENCE_BYTES = 15  # 24 characters of base32, no padding
_DIGEST_BYTES = 16
_IDENTITY_DIGITS = 20
PREFIX_BYTES = 4
_ID_SUFFIX = re.compile(r"\+[0-9a-f]{6}$")
_CHECK_BYTES = 4


def base_id(id: str) -> str:
    """Return an id as the list has it, without the suffix that made it unique in a notice (`7+a1b2c3`)."""
    return _ID_SUFFIX.sub("", id)


def notice_mark(incident: str, sequence: int) -> str:
    """Return what names a notice: `INC-7/2`, or `INC-7/E1` for the first escalation of the incident."""
    return f"{incident}/{sequence}" if sequence > 0 else f"{incident}/E{-sequence}"


def new_run_id() -> str:
    """Return a new id for one run of the program."""
    return secrets.token_hex(8)


def new_schedule_key() -> str:
    """Return a new idempotency key for a notice that is to be published later."""
    return f"schedule/{secrets.token_hex(8)}"


def new_secret() -> bytes:
    """Return a new install secret."""
    return secrets.token_bytes(32)


def notice_identity(key: str | None, inputs_hash: str) -> str:
    """Return the identity of a notice, unique in all ledgers; its references are made from it.

    It is random, or made from the idempotency key and the input. So a command that is repeated under its key
    after the ledger was lost is the same notice for every provider, and is not sent twice.
    """
    return secrets.token_hex(16) if key is None else _digest("notice", key, inputs_hash)


def incident_identity(opening: str) -> str:
    """Return the identity of an incident, derived from that of its first notice; it may be public."""
    return _digest("incident", opening)[:_IDENTITY_DIGITS]


def delivery_key(secret: bytes, *parts: str) -> str:
    """Return the reference that a provider is given: the same for every attempt.

    `parts` are the notice's identity, the audience, the contact and the channel.
    """
    digest = hmac.digest(secret, "\x1f".join(parts).encode(), "sha256")[:_REFERENCE_BYTES]
    return b32encode(digest).decode().lower()


def message_names(
    identity: str, audience: str, receiver: str, channel: str, page: int = 0
) -> tuple[str, ...]:
    """Return the words from which the reference of a message is made: no other message has them.

    Ids of contacts are unique within one audience only. A later `page` of an escalation may go to the same
    person on the same channel, and must not be taken for the first one.
    """
    words = (identity, audience, receiver, channel)
    return (*words, str(page)) if page else words


def pseudonym(secret: bytes, address: str) -> str:
    """Return the pseudonym of an address: an HMAC keyed with the install secret."""
    digest = hmac.digest(secret, f"forgotten\x1f{address}".encode(), "sha256")[:_REFERENCE_BYTES]
    return b32encode(digest).decode().lower()


def address_digest(secret: bytes, kind: str, address: str) -> bytes:
    """Return the digest that identifies a suppressed address: an HMAC keyed with the install secret."""
    spelled = f"suppressed\x1f{kind}\x1f{address.lower()}".encode()
    return secret_prefix(secret) + hmac.digest(secret, spelled, "sha256")[:_DIGEST_BYTES]


def token_check(secret: bytes, digest: bytes) -> str:
    """Return the check at the end of an unsubscribe token, an HMAC keyed with the install secret."""
    return hmac.digest(secret, b"unsubscribe\x1f" + digest, "sha256")[:_CHECK_BYTES].hex()


@lru_cache(maxsize=4)
def secret_prefix(secret: bytes) -> bytes:
    """Return the first bytes of every address digest: they identify the install secret, and nothing else."""
    return hmac.digest(secret, b"mark", "sha256")[:PREFIX_BYTES]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[: 2 * _DIGEST_BYTES]
