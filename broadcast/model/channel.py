"""What a channel can do: data that the planner, the renderer and the engine read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadcast.model.contact import AddressKind, Contact

_MOBILE = "mobile phone (a landline takes no SMS)"


class ChannelKind(StrEnum):
    """The kind of text a channel carries: the template file's name."""

    SMS = "sms"
    EMAIL = "email"
    SOCIAL = "social"
    PAGE = "page"
    CHAT = "chat"
    VOICE = "voice"
    DESK = "desk"


class Threading(StrEnum):
    """How a follow-up hangs on what came before."""

    NONE = "none"
    REPLY = "reply"
    EDIT = "edit"


class Idempotency(StrEnum):
    """What keeps a repeat from becoming a second message."""

    NATIVE = "native"  # the provider honours our key
    LOOKUP = "lookup"  # the provider can be asked what it has
    DEDUPE = "dedupe"  # the provider refuses the same text twice
    NONE = "none"


class Measure(StrEnum):
    """How a provider counts the length of a text."""

    WEIGHTED = "weighted"  # X: a link is 23, an emoji or a Chinese character 2
    WRAPPED = "wrapped"  # Mastodon: what a reader takes for characters, but a link is 23
    GRAPHEMES = "graphemes"  # what a reader takes for characters
    BYTES = "bytes"  # of UTF-8


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest text that a provider takes, as it counts."""

    measure: Measure
    most: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter's provider can do.

    `address` is what the channel needs to reach a person; None means it publishes once for everybody.
    `max_batch` is how many people one request may carry. `settle` is how many seconds to wait before an
    unanswered request is looked up. `rate` (requests a second), `burst` (how many at once; None for a
    second's worth) and `concurrency` are the provider's published limits, used where the configuration names
    none; a rate of 0 means unlimited. `speaks_all_locales` asks for every language's text at once (a page
    that shows German beside English). `internal` says of a channel that publishes that only staff read it (a
    chat room, a service desk): it speaks to the audience in whose lane it stands, and not to the public.
    `price` is what a request (for SMS: a part) costs in US dollars at list price, about; 0 if it is free
    or not known. `limits` are its own on the length of a text; one text is written for all channels of a
    kind, so it keeps to every one of them. `landlines` says that an SMS reaches landlines, too.
    """

    kind: ChannelKind
    address: AddressKind | None
    max_batch: int = 1
    threading: Threading = Threading.NONE
    idempotency: Idempotency = Idempotency.NONE
    receipts: bool = False
    networked: bool = True
    settle: float = 5.0
    rate: float = 0.0
    burst: int | None = None
    concurrency: int = 8
    fate: tuple[str, ...] = ()
    speaks_all_locales: bool = False
    internal: bool = False
    price: float = 0.0
    limits: tuple[Limit, ...] = ()
    landlines: bool = False

    @property
    def publishes(self) -> bool:
        """Whether one post is for everybody, so that no person's address is needed."""
        return self.address is None

    def reach(self, contact: Contact) -> bool:
        """Return whether a person has what it takes to be told this way, and nothing is against it."""
        if self.publishes or self.lacks(contact):
            return False
        return not any(barred.kind == self.kind for barred in contact.barred)

    def lacks(self, contact: Contact) -> str:
        """The kind of address that a person would need (`phone`); "" if they have it, or nobody needs one."""
        if self.address is None or contact.address(self.address) is None:
            return str(self.address or "")
        by_sms = self.kind is ChannelKind.SMS and not self.landlines
        return _MOBILE if by_sms and contact.has_landline else ""


def missing(contact: Contact, able: Iterable[Capabilities]) -> str:
    """What a person would need to be told by one of these channels (`email or phone`); "" if one has it."""
    needed = {one.lacks(contact) for one in able if not one.publishes}
    return "" if "" in needed else " or ".join(sorted(needed))
