"""What a channel can do, as data for the planner, the renderer and the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadcast.model.contact import AddressKind, Contact

_MOBILE = "mobile phone (a landline takes no SMS)"


class ChannelKind(StrEnum):
    """The kind of text that a channel carries; also the name of the template file."""

    SMS = "sms"
    EMAIL = "email"
    SOCIAL = "social"
    PAGE = "page"
    CHAT = "chat"
    VOICE = "voice"
    DESK = "desk"
    HOTLINE = "hotline"  # what callers of the hotline hear; no channel sends it

    @property
    def spoken(self) -> bool:
        """Whether a voice says it."""
        return self in {ChannelKind.VOICE, ChannelKind.HOTLINE}


class Threading(StrEnum):
    """How a channel connects a later notice with the earlier ones."""

    NONE = "none"
    REPLY = "reply"
    EDIT = "edit"


class Idempotency(StrEnum):
    """What prevents a second message if a request is repeated."""

    NATIVE = "native"  # the provider honours our key
    LOOKUP = "lookup"  # the provider can be asked what it has
    DEDUPE = "dedupe"  # the provider refuses the same text twice
    NONE = "none"


class Measure(StrEnum):
    """How a provider counts the length of a text."""

    WEIGHTED = "weighted"  # X: a link counts as 23, an emoji or a Chinese character as 2
    WRAPPED = "wrapped"  # Mastodon: graphemes, but a link counts as 23
    GRAPHEMES = "graphemes"  # characters as a reader sees them
    BYTES = "bytes"  # of UTF-8


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest text that a provider takes; `most` is in units of `measure`."""

    measure: Measure
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an adapter's provider can do.

    Attributes:
        kind: The kind of text that the channel carries.
        address: The kind of address that a person needs; None if the channel publishes once for everybody.
        max_batch: The number of people that one request may carry.
        threading: How a later notice is connected with the earlier ones.
        idempotency: What prevents a second message if a request is repeated.
        networked: Whether requests leave this machine.
        lookup_delay: Seconds to wait before a request without an answer is looked up.
        rate: The provider's limit in requests per second; 0 for no limit. The configuration may override
            `rate`, `burst` and `concurrency`.
        burst: The number of requests that may leave at once; None for those of one second.
        concurrency: The number of requests that may run at the same time.
        fate: The systems that the provider itself depends on.
        speaks_all_locales: Whether one request needs the texts of all languages (a page in two languages).
        internal: Whether only staff read what the channel publishes (a chat room, a service desk). Such a
            channel gets the texts of the audience in whose lane it stands, not those of the public.
        price: The approximate list price of one request (for SMS: of one part) in US dollars; 0 if it is
            free or not known.
        limits: The provider's limits on the length of a text. Social channels share one post, which keeps to
            all of their limits; other adapters refuse a longer text when they send.
        landlines: Whether an SMS reaches landlines too.
        buttons: Whether people in a room can answer what it publishes, so that an escalation may ask there.

    Example:
        >>> Capabilities(kind=ChannelKind.SMS, address=AddressKind.PHONE, rate=1.0, price=0.09)
    """

    kind: ChannelKind
    address: AddressKind | None
    max_batch: int = 1
    threading: Threading = Threading.NONE
    idempotency: Idempotency = Idempotency.NONE
    networked: bool = True
    lookup_delay: float = 5.0
    rate: float = 0.0
    burst: int | None = None
    concurrency: int = 8
    fate: tuple[str, ...] = ()
    speaks_all_locales: bool = False
    internal: bool = False
    price: float = 0.0
    limits: tuple[Limit, ...] = ()
    landlines: bool = False
    buttons: bool = False

    @property
    def publishes(self) -> bool:
        """Whether one post is for everybody, so that no address of a person is needed."""
        return self.address is None

    def reach(self, contact: Contact) -> bool:
        """Return whether this channel can reach the person: they have the address, and it is not barred."""
        if self.publishes or self.lacks(contact):
            return False
        return not any(barred.kind == self.kind for barred in contact.barred)

    def lacks(self, contact: Contact) -> str:
        """Return the kind of address that the person lacks (`phone`), or "" if none is missing."""
        if self.address is None or contact.address(self.address) is None:
            return str(self.address or "")
        by_sms = self.kind is ChannelKind.SMS and not self.landlines
        return _MOBILE if by_sms and contact.has_landline else ""


def missing(contact: Contact, able: Iterable[Capabilities]) -> str:
    """Return the kinds of address that the person lacks (`email or phone`), or "" if one channel fits."""
    needed = {one.lacks(contact) for one in able if not one.publishes}
    return "" if "" in needed else " or ".join(sorted(needed))
