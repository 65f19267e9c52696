"""Addresses that must not be used, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from broadcast.model.contact import AddressKind
from broadcast.model.ids import MARK_BYTES, address_digest, secret_mark
from broadcast.model.mask import mask

_ID_LENGTH = 12
_TOKEN = re.compile(r"[0-9a-f]{40}")


class SuppressionReason(StrEnum):
    """Why an address must not be used."""

    OPTED_OUT = "opted-out"  # the person said stop
    COMPLAINED = "complained"  # the person marked a message as spam
    BOUNCED = "bounced"  # the provider says that nobody is there
    INVALID = "invalid"  # the provider says that it is no address

    @property
    def dead(self) -> bool:
        """Whether nothing can arrive there, whatever its owner wants."""
        return self in {SuppressionReason.BOUNCED, SuppressionReason.INVALID}

    @property
    def words(self) -> str:
        """How it goes on after the address: `opted out`."""
        return _WORDS[self]


_WORDS = {
    SuppressionReason.OPTED_OUT: "opted out",
    SuppressionReason.COMPLAINED: "complained of spam",
    SuppressionReason.BOUNCED: "bounced",
    SuppressionReason.INVALID: "is not valid",
}


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that must not be used.

    `digest` is what it is recognised by, `shown` the address as it may be shown. `source` says who or what
    it is known from: a person, a file, a provider's answer. One that is not `sure` yet is still used.
    """

    digest: bytes
    kind: AddressKind
    shown: str
    reason: SuppressionReason
    source: str
    at: datetime
    sure: bool = True

    @property
    def id(self) -> str:
        """What it is named by where nobody has the address."""
        return self.digest[MARK_BYTES:].hex()[:_ID_LENGTH]


def suppression(
    secret: bytes, kind: AddressKind, address: str, reason: SuppressionReason, source: str, at: datetime
) -> Suppression:
    """What keeps an address from being used; it can be recognised by who has the install secret."""
    return Suppression(address_digest(secret, kind, address), kind, mask(address), reason, source, at)


def unsubscribe_token(secret: bytes, mailbox: str) -> str:
    """What a mailbox is recognised by when its owner follows the link to unsubscribe."""
    return address_digest(secret, AddressKind.EMAIL, mailbox).hex()


def unsubscribed(token: str, source: str, at: datetime, secret: bytes) -> Suppression | None:
    """What a token asks for that came back; None where it is none of ours. The mailbox is not known by it."""
    spelled = token.strip().lower()
    if not _TOKEN.fullmatch(spelled) or not spelled.startswith(secret_mark(secret).hex()):
        return None
    digest = bytes.fromhex(spelled)
    return Suppression(digest, AddressKind.EMAIL, "", SuppressionReason.OPTED_OUT, source, at)


def learnt(found: Suppression) -> Suppression:
    """What a provider's answer teaches. A bounce may be its own trouble: another one, a day later, is needed.

    A directory that was down has made great mail providers answer `no such user` for everybody, for hours.
    """
    return replace(found, sure=found.reason is not SuppressionReason.BOUNCED)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Answers, for any address, whether it must not be used; what it holds is no address."""

    reasons: Mapping[bytes, frozenset[SuppressionReason]] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)

    def __bool__(self) -> bool:
        return bool(self.reasons)

    def reason(self, kind: AddressKind, address: str, *, internal: bool) -> SuppressionReason | None:
        """Why it must not be used. From duty messages (`internal`) nobody can unsubscribe."""
        known = self.reasons.get(address_digest(self.secret, kind, address))
        if known is None:
            return None
        counting = (reason for reason in SuppressionReason if reason in known)
        return next((reason for reason in counting if reason.dead or not internal), None)
