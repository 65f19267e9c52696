"""Ask providers what became of messages, where nobody tells us: no webhook, or none that reached us.

The news is recorded as receipts are, so that a message that did not arrive goes on to its next channel.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.cadence.tick import others_go_on, outcome_of
from broadcast.channels import registry
from broadcast.channels.base import Polled
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.model.counted import counted
from broadcast.model.inbound import ReceiptState
from broadcast.publishing.channels import Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReceipts:
    """The job; `seconds` is the most that asking one provider may take in one round."""

    ledger: Ledger
    channels: Channels
    seconds: float = 30.0
    name: str = "receipts"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Ask each provider about the messages that are due; a line for each that had news."""
        said: list[str] = []
        failed: list[BroadcastError] = []
        for name, after in self._polled():
            if stop.asked:
                break
            with others_go_on(failed):
                said += await self._ask(name, after, now)
        return outcome_of(said, failed)

    def _polled(self) -> Iterator[tuple[str, timedelta]]:
        """Yield the channels whose provider can be asked, and how old a message must be."""
        for name, settings in self.channels.settings.items():
            planned = self.channels.planned[name]
            if planned.capabilities.networked and not self.channels.live:
                continue
            try:
                adapter = registry.adapter_for(settings)
            except ConfigError:
                continue  # every other command says so
            after = adapter.asked_after(settings) if issubclass(adapter, Polled) else None
            if after is not None:
                yield name, after

    async def _ask(self, name: str, after: timedelta, now: datetime) -> list[str]:
        awaited = self.ledger.polls.take(name, after, now)
        if not awaited:
            return []
        adapter = self.channels.adapters({name})[name]
        try:
            if not isinstance(adapter, Polled):
                return []
            async with asyncio.timeout(self.seconds):
                news = await adapter.poll(awaited)
        except TimeoutError:
            return []  # they are asked again later
        finally:
            await adapter.close()
        final = [one for one in news if one.state is not ReceiptState.ACCEPTED]
        kind = adapter.capabilities.address
        if final:
            self.ledger.receipts.record([ChannelReceipt(name, kind, one) for one in final], now)
        states = Counter(str(one.state) for one in final)
        return [f"{name}: {counted(count, 'message')} {state}" for state, count in sorted(states.items())]
