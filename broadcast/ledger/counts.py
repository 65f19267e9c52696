"""Count the deliveries of a notice by where they stand: the numbers of results, status and log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.unconfirmed import NOT_CONFIRMED, REACHED_BEFORE
from broadcast.model.delivery import REACHED, DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCount:
    """Deliveries on one channel, in one state, at one place of their route."""

    channel: str
    state: DeliveryState
    required: bool
    step: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """People who moved from one channel to another, why, and since when."""

    origin: str
    destination: str
    reason: str | None
    count: int
    first_at: datetime

    def returns_to(self, name: str) -> bool:
        """Return whether they are back on a channel that had reached them, because the next one failed."""
        return self.destination == name and self.reason == REACHED_BEFORE


@dataclass(frozen=True, slots=True)
class StillOwed:
    """Messages of the incident's notice `sequence` that were not sent yet, and wait for `channel`."""

    sequence: int
    channel: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many deliveries there are, and where they stand."""

    planned: int = 0
    accepted: int = 0
    delivered: int = 0
    unknown: int = 0
    failed: int = 0
    suppressed: int = 0
    held: int = 0
    confirmed: int = 0


def counts(entries: Sequence[DeliveryCount]) -> Counts:
    """Return how many deliveries there are (`planned`), and where they stand."""
    by_state = dict.fromkeys(DeliveryState, 0)
    for entry in entries:
        by_state[entry.state] += entry.count
    return Counts(
        planned=sum(by_state.values()) - by_state[DeliveryState.CANCELLED],
        accepted=sum(by_state[state] for state in REACHED),
        delivered=by_state[DeliveryState.DELIVERED] + by_state[DeliveryState.CONFIRMED],
        unknown=by_state[DeliveryState.UNKNOWN] + by_state[DeliveryState.SENDING],
        failed=by_state[DeliveryState.FAILED] + by_state[DeliveryState.EXPIRED],
        suppressed=by_state[DeliveryState.SUPPRESSED],
        held=by_state[DeliveryState.HELD] + by_state[DeliveryState.PLANNED],
        confirmed=by_state[DeliveryState.CONFIRMED],
    )


def counts_of_channel(name: str, entries: Sequence[DeliveryCount], failovers: Sequence[Failover]) -> Counts:
    """Return the channel's deliveries.

    Those that moved on from it count as failed here, unless only the confirmation was missing: then the
    channel has accepted them.
    """
    here = counts([entry for entry in entries if entry.channel == name])
    left = [failover for failover in failovers if failover.origin == name]
    unconfirmed = sum(failover.count for failover in left if failover.reason == NOT_CONFIRMED)
    moved = sum(failover.count for failover in left) - unconfirmed
    # They are on this channel again, and count once.
    unconfirmed -= sum(failover.count for failover in failovers if failover.returns_to(name))
    return Counts(
        planned=here.planned + moved + unconfirmed,
        accepted=here.accepted + unconfirmed,
        delivered=here.delivered,
        unknown=here.unknown,
        failed=here.failed + moved,
        suppressed=here.suppressed,
        held=here.held,
        confirmed=here.confirmed,
    )
