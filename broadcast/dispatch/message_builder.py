"""From a claim to the message that is handed to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broadcast.ledger.records import Claim, NoticeText
from broadcast.model.channel import Capabilities
from broadcast.model.contact import Contact
from broadcast.model.ids import delivery_key
from broadcast.model.message import Message
from broadcast.model.outgoing import Headline, Outgoing
from broadcast.model.suppression import unsubscribe_token

#: Whoever gets other texts is told as a matter of work, and asks a superior for no more calls.
_CUSTOMERS = "customers"

_Index = Mapping[tuple[str, str, str], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBuilder:
    """The texts of one notice, and what makes its references.

    `identity` is what the references are made from. A notice recorded before it had one (None) keeps those
    made from `notice`: its idempotency key, or else its mark. `leaving` are the channels that say how to
    unsubscribe, and `internal` the audiences from which nobody can.
    """

    notice: str
    identity: str | None
    headline: Headline
    texts: tuple[NoticeText, ...]
    secret: bytes = field(repr=False)
    leaving: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    _index: _Index = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index = {
            (text.template_audience, text.message.locale, text.kind): text.message for text in self.texts
        }
        object.__setattr__(self, "_index", index)

    def outgoing(self, claim: Claim, capabilities: Capabilities) -> Outgoing:
        """Return the message for a claim on the channel that is its turn."""
        message = self._index[claim.template_audience, claim.locale, capabilities.kind]
        contact = claim.contact
        kind = capabilities.address
        address = contact.address(kind) if contact and kind else None
        channel = claim.route[claim.step]
        free = claim.audience not in self.internal
        return Outgoing(
            key=delivery_key(self.secret, *self._named(claim, channel)),
            message=message.personal(contact_values(contact)) if message.slots else message,
            headline=self.headline,
            address=address,
            name=contact.name if contact else "",
            thread=claim.thread,
            translations=self._translations(claim, capabilities),
            unsubscribe=unsubscribe_token(self.secret, address)
            if address and channel in self.leaving and free
            else None,
            may_leave=free and claim.template_audience == _CUSTOMERS,
        )

    def _named(self, claim: Claim, channel: str) -> tuple[str, ...]:
        """Return what is one delivery's alone: ids of contacts are unique within an audience only."""
        if self.identity is None:
            return self.notice, claim.receiver, channel
        return self.identity, claim.audience, claim.receiver, channel

    def personal(self, capabilities: Capabilities) -> bool:
        """Return whether any text for this kind of channel differs from person to person."""
        return any(text.message.slots for text in self.texts if text.kind == capabilities.kind)

    def _translations(self, claim: Claim, capabilities: Capabilities) -> tuple[Message, ...]:
        if not capabilities.speaks_all_locales:
            return ()
        return tuple(
            text.message
            for text in self.texts
            if text.kind == capabilities.kind
            and text.template_audience == claim.template_audience
            and text.message.locale != claim.locale
        )


def contact_values(contact: Contact | None) -> dict[str, str]:
    """Return what a template may say about a person: the columns of the contacts file."""
    if contact is None:
        return {}
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone or "",
        "email": contact.email or "",
        **dict(contact.extra),
    }
