"""What a provider tells us, from a route to the ledger; the words of the answer come back.

A provider that repeats its requests waits for the ledger, and is refused if that fails. One that posts once
would lose a confirmation: what it says is then kept in a file, and recorded as soon as that is possible.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from broadcast.channels.base import Adapter, Answers
from broadcast.errors import LedgerError
from broadcast.inbound.arrived import Arrived, ArrivedNews, record_arrived, take
from broadcast.inbound.inbox import Inbox, Said, Taken
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt, ReceiptsApplied
from broadcast.ledger.spool import LedgerSpool
from broadcast.model.channel import ChannelKind
from broadcast.model.clock import Clock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress, Receipt
from broadcast.model.question import AnswerMeans
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.patience import LedgerPatience

T = TypeVar("T")
#: Seconds that a provider that posts once waits for the ledger; Twilio gives up after 15.
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundListener:
    """Takes what arrives on all channels; `internal` and `own` are those of `Inbox`.

    `spool` keeps what cannot be recorded now and will not be posted again.
    """

    adapters: Mapping[str, Adapter]
    writer: LedgerWriter
    clock: Clock
    spool: LedgerSpool[Arrived]
    counters: Counters
    internal: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    patience: LedgerPatience = field(default_factory=lambda: LedgerPatience(_PATIENCE))

    async def take(self, channel: str, inbound: InboundMessage | KeyPress) -> Taken:
        """Record it and let it have its effect. Raises `LedgerError`."""
        if isinstance(inbound, InboundMessage) and not isinstance(self.adapters[channel], Answers):
            # Nothing can be said on this channel, so this must not count as the answer of the day.
            inbound = replace(inbound, answered=True)
        arrived = self._arrived(channel, inbound)
        work = self.writer.call(partial(self._take, arrived=arrived))
        return await self._recorded(channel, lambda: [arrived], work) or Taken(said=Said.RECEIVED)

    async def record(self, channel: str, receipts: Sequence[Receipt]) -> ReceiptsApplied:
        """Record receipts. Raises `LedgerError`."""
        kind = self.adapters[channel].capabilities.address
        work = self.writer.record([ChannelReceipt(channel, kind, receipt) for receipt in receipts])
        arrived = partial(self._all_arrived, channel, receipts)
        return await self._recorded(channel, arrived, work) or ReceiptsApplied()

    def _all_arrived(self, channel: str, receipts: Sequence[Receipt]) -> list[Arrived]:
        return [self._arrived(channel, receipt) for receipt in receipts]

    async def _recorded(
        self, channel: str, arriving: Callable[[], Sequence[Arrived]], work: asyncio.Future[T]
    ) -> T | None:
        """Return what became of it; None if it waits in the spool."""
        if not getattr(self.adapters[channel], "posts_once", False):
            return await work
        done = await self.patience.wait(work)
        if done is None:
            arrived = arriving()
            await asyncio.to_thread(self._keep, arrived)
            self.counters.add("answers_spooled", channel, count=len(arrived))
        return done

    def _keep(self, arrived: Sequence[Arrived]) -> None:
        try:
            for one in arrived:
                self.spool.add(one)
        except OSError as error:
            raise LedgerError(f"cannot write {self.spool.path}: {error.strerror}") from None

    def _take(self, ledger: Ledger, arrived: Arrived) -> Taken:
        inbox = Inbox(ledger, self.internal, self.own)
        try:
            self.spool.replay(partial(record_arrived, inbox))  # what waits came before this
        except LedgerError:
            raise
        except Exception:  # noqa: BLE001 - the clock replays it as well, and says so
            self.counters.add("not_replayed", arrived.channel)
        return take(inbox, arrived)

    def _arrived(self, channel: str, news: ArrivedNews) -> Arrived:
        capabilities = self.adapters[channel].capabilities
        voice = capabilities.kind is ChannelKind.VOICE
        return Arrived(
            channel=channel,
            kind=capabilities.address or _kind(news),
            means=AnswerMeans.KEY if voice else AnswerMeans.BUTTON,
            news=news,
            at=self.clock.now(),
        )


def _kind(news: ArrivedNews) -> AddressKind | None:
    """Return what a sender's address is, for a channel that publishes: a ticket's author has a mailbox."""
    if isinstance(news, Receipt):
        return None
    return AddressKind.EMAIL if "@" in news.sender else AddressKind.PHONE
