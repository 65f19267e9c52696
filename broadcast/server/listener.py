"""What people write or press, from a route to the inbox; the words of the answer come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from broadcast.channels.base import Adapter, Answers
from broadcast.inbound.inbox import Inbox, Taken
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import ChannelKind
from broadcast.model.clock import Clock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress
from broadcast.model.question import AnswerMeans
from broadcast.server.ledger_writer import LedgerWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundListener:
    """Takes messages and key presses of all channels; `internal` and `own` are those of `Inbox`."""

    adapters: Mapping[str, Adapter]
    writer: LedgerWriter
    clock: Clock
    internal: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    async def take(self, channel: str, inbound: InboundMessage | KeyPress) -> Taken:
        """Record it and let it have its effect. Raises `LedgerError`."""
        now = self.clock.now()
        adapter = self.adapters[channel]
        kind = adapter.capabilities.address or _kind(inbound)
        means = AnswerMeans.KEY if adapter.capabilities.kind is ChannelKind.VOICE else AnswerMeans.BUTTON
        if isinstance(inbound, InboundMessage) and not isinstance(adapter, Answers):
            # Nothing can be said on this channel, so this must not count as the answer of the day.
            inbound = replace(inbound, answered=True)

        def take(ledger: Ledger) -> Taken:
            inbox = Inbox(ledger, self.internal, self.own)
            if isinstance(inbound, InboundMessage):
                return inbox.message(channel, kind, inbound, now)
            return inbox.key(channel, inbound, now, means)

        return await self.writer.call(take)


def _kind(inbound: InboundMessage | KeyPress) -> AddressKind:
    """Return what a sender's address is, for a channel that publishes: a ticket's author has a mailbox."""
    return AddressKind.EMAIL if "@" in inbound.sender else AddressKind.PHONE
