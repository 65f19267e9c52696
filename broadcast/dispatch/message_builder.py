"""Build the message for a claim: the text of its audience and language, with its receiver filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.ledger.records import Claim, NoticeText
from broadcast.model.channel import Capabilities
from broadcast.model.confirm_token import confirm_token
from broadcast.model.ids import delivery_key, message_names
from broadcast.model.message import CONFIRM_URL, Message
from broadcast.model.outgoing import Headline, Outgoing
from broadcast.model.question import NoticeQuestion
from broadcast.model.suppression import unsubscribe_token

#: Only readers of these texts may unsubscribe: the others are told as a part of their work.
_CUSTOMERS = "customers"

_Index = Mapping[tuple[str, str, str], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBuilder:
    """Builds the messages of one notice.

    Attributes:
        notice: The idempotency key of the notice, or else its mark.
        identity: What references are made from. A notice that was recorded before it had one (None) keeps
            those made from `notice`.
        headline: What channels need besides the text: title, severity, services.
        texts: The rendered texts, one for each audience, language and kind of channel.
        secret: The install secret.
        leaving: The channels whose messages say how to unsubscribe.
        internal: The audiences that cannot unsubscribe.
        confirm_at: The address that links to confirm begin with; None if no process of ours listens.
        question: What the notice asks.
        expires_at: When its texts are too old; None if never.
        further: The values of further slots, by language.

    Example:
        >>> builder.outgoing(claim, channel.capabilities).address
        '+4915112345678'
    """

    notice: str
    identity: str | None
    headline: Headline
    texts: tuple[NoticeText, ...]
    secret: bytes = field(repr=False)
    leaving: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    confirm_at: str | None = None
    question: NoticeQuestion | None = None
    expires_at: datetime | None = None
    further: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    _index: _Index = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index = {
            (text.template_audience, text.message.locale, text.kind): text.message for text in self.texts
        }
        object.__setattr__(self, "_index", index)

    def outgoing(self, claim: Claim, capabilities: Capabilities) -> Outgoing:
        """Return the message for a claim, as its channel needs it."""
        message = self._index[claim.template_audience, claim.locale, capabilities.kind]
        contact = claim.contact
        if message.slots:
            message = message.personal(self._values(claim))
        kind = capabilities.address
        address = contact.address(kind) if contact and kind else None
        channel = claim.route[claim.step]
        free = claim.audience not in self.internal
        return Outgoing(
            key=delivery_key(self.secret, *self._named(claim, channel)),
            message=message,
            headline=self.headline,
            address=address,
            name=contact.name if contact else "",
            thread=claim.thread,
            translations=self._translations(claim, capabilities),
            unsubscribe=unsubscribe_token(self.secret, address)
            if address and channel in self.leaving and free
            else None,
            may_leave=free and claim.template_audience == _CUSTOMERS,
            question=self.question,
            expires_at=self.expires_at,
        )

    def _values(self, claim: Claim) -> dict[str, str]:
        """Return what fills the slots of a text: the person's columns, and their link to confirm with."""
        values = claim.contact.template_values() if claim.contact else {}
        if self.confirm_at and self.identity is not None:
            token = confirm_token(self.secret, claim.delivery, self.identity)
            values[CONFIRM_URL] = f"{self.confirm_at}/{token}"
        return {**values, **self.further.get(claim.locale, {})}

    def _named(self, claim: Claim, channel: str) -> tuple[str, ...]:
        """Return words that no other delivery has: ids of contacts are unique within one audience only."""
        if self.identity is None:
            return self.notice, claim.receiver, channel
        return message_names(self.identity, claim.audience, claim.receiver, channel, claim.page)

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
