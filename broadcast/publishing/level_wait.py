"""The wait of a run until its notice is delivered or confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.dispatch.progress import Event, EventKind
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.unconfirmed import move_unconfirmed
from broadcast.model.delivery import DeliveryState
from broadcast.model.reach_level import ReachLevel

_DELIVERED = frozenset({DeliveryState.DELIVERED, DeliveryState.CONFIRMED})


@dataclass(slots=True, kw_only=True)
class LevelWait:
    """The wait of one run for one notice; its news come from the ledger, whatever process recorded them.

    Attributes:
        ledger: Where others record receipts and answers.
        notice: The number of the notice.
        level: What is waited for: `delivered` or `confirmed`.
        seconds: How long, from the begin of the run.
        reporting: The channels to people whose providers report deliveries.
    """

    ledger: Ledger
    notice: int
    level: ReachLevel
    seconds: float
    reporting: frozenset[str]
    _delivered: Counter[str] = field(default_factory=Counter, init=False)
    _confirmed: frozenset[tuple[str, str]] = field(default=frozenset(), init=False)

    def over(self) -> bool:
        """Return whether the level is reached, or nothing more can be heard."""
        if self.level is ReachLevel.CONFIRMED:
            return not self.ledger.confirmations.is_awaited(self.notice)
        return not self.ledger.receipts.is_awaited(self.notice, self.reporting)

    def look(self, now: datetime) -> list[Event]:
        """Apply what others recorded, plan what falls due, and return what is new. Raises `LedgerError`."""
        self.ledger.receipts.record((), now)
        moved = move_unconfirmed(self.ledger.store, now, self.notice)
        failovers = [
            Event(kind=EventKind.FAILOVER, channel=one.origin, count=one.count, reason="not confirmed")
            for one in moved
        ]
        return [*self._deliveries(), *self._confirmations(), *failovers]

    def _deliveries(self) -> Iterator[Event]:
        known: Counter[str] = Counter()
        for entry in self.ledger.history.delivery_counts(self.notice):
            if entry.state in _DELIVERED:
                known[entry.channel] += entry.count
        before, self._delivered = self._delivered, known
        for channel, count in (known - before).items():
            yield Event(kind=EventKind.DELIVERED, channel=channel, count=count)

    def _confirmations(self) -> Iterator[Event]:
        given = [one for one in self.ledger.confirmations.of(self.notice) if one.confirms]
        before = self._confirmed
        self._confirmed = frozenset((one.audience, one.contact) for one in given)
        for one in given:
            if (one.audience, one.contact) not in before:
                yield Event(kind=EventKind.CONFIRMED, channel=one.channel or "", contact=one.contact)
