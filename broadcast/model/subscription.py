"""Subscriptions: people who ask by themselves to be told, and confirm it with a link (double opt-in)."""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.model.channel import ChannelKind
from broadcast.model.consent import Consent
from broadcast.model.contact import AddressKind, Contact

#: A request can be confirmed so long.
LIFETIME = timedelta(hours=48)
_CHECK_BYTES = 15  # 120 bits, 24 characters of base32
_TOKEN = re.compile(r"([1-9][0-9]{0,14})-([a-z2-7]{24})")
#: The kind of channel that a person with such an address agrees to.
CHANNEL_KINDS = {AddressKind.EMAIL: ChannelKind.EMAIL, AddressKind.PHONE: ChannelKind.SMS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a person asks for.

    `services` are keys of `[services]`; a person without any is told about all. `source` is the page where
    they asked.
    """

    audience: str
    kind: AddressKind
    address: str
    locale: str
    services: tuple[str, ...] = ()
    source: str = ""

    @property
    def channel(self) -> ChannelKind:
        """The kind of channel that they agree to."""
        return CHANNEL_KINDS[self.kind]

    def wants(self, services: Collection[str]) -> bool:
        """Return whether they want to be told about a notice that names these services."""
        return not self.services or not set(self.services).isdisjoint(services)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person who subscribed and confirmed it; `id` is the ledger's number."""

    id: int
    subscription: Subscription
    requested_at: datetime
    confirmed_at: datetime

    @property
    def contact(self) -> Contact:
        """The person as a contact, with their consent and where it is from."""
        wish = self.subscription
        given = Consent(
            channel=wish.channel,
            purpose="",
            given=True,
            since=self.confirmed_at.date().isoformat(),
            source=f"double opt-in, {wish.source}",
        )
        phone, email = (
            wish.address if wish.kind is kind else None for kind in (AddressKind.PHONE, AddressKind.EMAIL)
        )
        return Contact(id="", phone=phone, email=email, locale=wish.locale, consents=(given,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRequest:
    """A wish to subscribe, confirmed or not; its address is empty once it was confirmed or has expired."""

    id: int
    subscription: Subscription
    nonce: str
    requested_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None

    def token(self, secret: bytes) -> str:
        """Return the token of its link: its number, and an HMAC keyed with the install secret.

        So a token has no personal data, and nobody can guess another one. It need not be stored: a message
        that could not be sent at first gets the same link.
        """
        signed = f"subscribe\x1f{self.id}\x1f{self.nonce}".encode()
        check = hmac.digest(secret, signed, "sha256")[:_CHECK_BYTES]
        return f"{self.id}-{b32encode(check).decode().lower()}"


def request_number(token: str) -> int | None:
    """Return the number of the request that a token is about, not verified; None if it is no token."""
    # Some mail programs and people write links in capitals.
    found = _TOKEN.fullmatch(token.strip().lower())
    return int(found[1]) if found else None


def is_genuine(token: str, secret: bytes, request: SubscriptionRequest) -> bool:
    """Return whether this installation made the token for this request."""
    spelled = token.strip().lower().encode(errors="replace")
    return hmac.compare_digest(spelled, request.token(secret).encode())
