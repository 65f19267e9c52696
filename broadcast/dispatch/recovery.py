"""Take over what a dead run left: it is unknown, never failed and never simply sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.processes import is_stopped
from broadcast.ledger.store import Runs

_REASON = "the run that sent it ended before the answer came"


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many requests were taken over; the ids of living processes that have requests out, and on what.

    `in_use` are the channels of those that go on: not of a process that was stopped (Ctrl-Z).
    """

    taken_over: int
    alive: tuple[int, ...]
    in_use: frozenset[str] = frozenset()


def take_over(deliveries: Deliveries, runs: Runs, now: datetime, lookup_delay: float) -> Recovered:
    """Take over the requests of dead runs; they may be looked up after `lookup_delay` seconds."""
    taken_over, living, in_use = 0, [], set[str]()
    for owner in deliveries.owners():
        pid = runs.alive(owner)
        if pid is not None:
            living.append(pid)
            in_use.update(() if is_stopped(pid) else deliveries.channels_of(owner))
        else:
            taken_over += deliveries.orphan(owner, _REASON, now, now + timedelta(seconds=lookup_delay))
    if taken_over:
        deliveries.note("recovery", f"{taken_over} taken over: {_REASON}", now)
    return Recovered(taken_over, tuple(living), frozenset(in_use))
