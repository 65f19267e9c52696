"""Suppressions: addresses that must not be used, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from broadcast.model.contact import AddressKind
from broadcast.model.ids import PREFIX_BYTES, address_digest, token_check
from broadcast.model.mask import mask

_ID_LENGTH = 12
#: The digest of a mailbox, and a check made with the install secret.
_TOKEN = re.compile(r"([0-9a-f]{40})([0-9a-f]{8})")
#: A long single word with a letter: not an address, but perhaps a damaged token.
_LIKE_A_TOKEN = re.compile(r"(?=\d*[^\W\d_])\w{24,}")


class SuppressionReason(StrEnum):
    """Why an address must not be used."""

    OPTED_OUT = "opted-out"  # the person said stop
    COMPLAINED = "complained"  # the person marked a message as spam
    BOUNCED = "bounced"  # the provider says that the mailbox does not exist
    INVALID = "invalid"  # the provider says that it is not an address
    FORGOTTEN = "forgotten"  # the person asked for all their data to be erased

    @property
    def everywhere(self) -> bool:
        """Whether it also holds for messages to people on duty: the address cannot work, or is erased."""
        return self not in {SuppressionReason.OPTED_OUT, SuppressionReason.COMPLAINED}

    @property
    def words(self) -> str:
        """The words that follow the address: `opted out`."""
        return _WORDS[self]


_WORDS = {
    SuppressionReason.OPTED_OUT: "opted out",
    SuppressionReason.COMPLAINED: "complained of spam",
    SuppressionReason.BOUNCED: "bounced",
    SuppressionReason.INVALID: "is not valid",
    SuppressionReason.FORGOTTEN: "was forgotten on request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be used.

    `digest` identifies the address (an HMAC), `shown` is its masked form. `source` is where we know it from:
    a person, a file, a provider's answer. An address whose suppression is not `sure` yet is still used.
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
        """A short id for people who do not have the address."""
        return self.digest[PREFIX_BYTES:].hex()[:_ID_LENGTH]


def suppression(
    secret: bytes, kind: AddressKind, address: str, reason: SuppressionReason, source: str, at: datetime
) -> Suppression:
    """Return the suppression of an address; only the install secret can recognise the address in it."""
    return Suppression(
        digest=address_digest(secret, kind, address),
        kind=kind,
        shown=mask(address),
        reason=reason,
        source=source,
        at=at,
    )


class UnknownToken(ValueError):
    """A token of an unsubscribe link that this installation did not make, or that was changed since."""


def unsubscribe_token(secret: bytes, mailbox: str) -> str:
    """Return the token for a mailbox's unsubscribe link: its digest, and a check against changes."""
    return address_token(secret, AddressKind.EMAIL, mailbox)


def address_token(secret: bytes, kind: AddressKind, address: str) -> str:
    """Return the token for the links of an address: its digest, and a check against changes."""
    digest = address_digest(secret, kind, address)
    return digest.hex() + token_check(secret, digest)


def unsubscribed(token: str, source: str, at: datetime, secret: bytes) -> Suppression | None:
    """Return the suppression that a returned token asks for; None if the text is not a token.

    The token does not contain the mailbox. Raises `UnknownToken`: a changed token would suppress no address,
    and the person who asked for it would get further messages.
    """
    spelled = token.strip().lower()
    found = _TOKEN.fullmatch(spelled)
    if found is None:
        if _LIKE_A_TOKEN.fullmatch(spelled):
            raise UnknownToken("this is not a complete token of an unsubscribe link")
        return None
    digest = bytes.fromhex(found[1])
    if found[2] != token_check(secret, digest):
        raise UnknownToken("this token of an unsubscribe link was changed, or is from another installation")
    return Suppression(
        digest=digest,
        kind=AddressKind.EMAIL,
        shown="",
        reason=SuppressionReason.OPTED_OUT,
        source=source,
        at=at,
    )


def learnt(found: Suppression) -> Suppression:
    """Return a suppression learnt from a provider's answer; one bounce alone is not sure.

    Large mail providers have answered `no such user` for everybody, for hours, while a directory was down.
    So a second bounce is needed, a day later.
    """
    return replace(found, sure=found.reason is not SuppressionReason.BOUNCED)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Tell for any address whether it must not be used; it holds digests only, no addresses."""

    reasons: Mapping[bytes, frozenset[SuppressionReason]] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)

    def __bool__(self) -> bool:
        return bool(self.reasons)

    def ends_texts(self, number: str) -> bool:
        """Return whether the person at a number has sent STOP, so that it gets no SMS: not on duty either."""
        known = self.reasons.get(address_digest(self.secret, AddressKind.PHONE, number), frozenset())
        return SuppressionReason.OPTED_OUT in known

    def reason(self, kind: AddressKind, address: str, *, internal: bool) -> SuppressionReason | None:
        """Return why the address must not be used, or None.

        People on duty (`internal`) cannot unsubscribe from their work; `ends_texts` says whether from SMS.
        """
        known = self.reasons.get(address_digest(self.secret, kind, address))
        if known is None:
            return None
        counting = (reason for reason in SuppressionReason if reason in known)
        return next((reason for reason in counting if reason.everywhere or not internal), None)
