"""Take over what a dead run left: it is unknown, never failed and never simply sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.store import Runs

_REASON = "the run that sent it ended before the answer came"


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many requests were taken over, and the ids of living processes that still have requests out."""

    taken_over: int
    alive: tuple[int, ...]


def take_over(deliveries: Deliveries, runs: Runs, now: datetime, lookup_delay: float) -> Recovered:
    """Take over the requests of dead runs; they may be looked up after `lookup_delay` seconds."""
    taken_over, living = 0, []
    for owner in deliveries.owners():
        pid = runs.alive(owner)
        if pid is not None:
            living.append(pid)
        else:
            taken_over += deliveries.orphan(owner, _REASON, now, now + timedelta(seconds=lookup_delay))
    if taken_over:
        deliveries.note("recovery", f"{taken_over} taken over: {_REASON}", now)
    return Recovered(taken_over, tuple(living))
