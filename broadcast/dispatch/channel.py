"""A channel at work: its adapter, and how much it may be asked to do now."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from broadcast.channels.base import Adapter, Reconciles
from broadcast.dispatch.breaker import Breaker
from broadcast.dispatch.pace import Pace
from broadcast.model.channel import Capabilities
from broadcast.model.outcome import NotSent, Outcome

NEVER = math.inf


@dataclass(slots=True)
class ActiveChannel:
    """One configured channel during a run. Times are monotonic seconds.

    `due` and `lookup_due` are when the ledger should next be asked for work; `NEVER` until something new
    is put there. `paused_until` is what the provider asked for, and `patient_since` when it began to.
    `suspect` means the ledger says it failed.
    """

    name: str
    adapter: Adapter
    pace: Pace
    concurrency: int
    settle: float
    batch: int
    breaker: Breaker = field(default_factory=Breaker)
    due: float = 0.0
    lookup_due: float = 0.0
    paused_until: float = 0.0
    patient_since: float = NEVER
    busy: int = 0
    asking: bool = False
    suspect: bool = False
    reconciles: bool = field(init=False)

    def __post_init__(self) -> None:
        # Whether its provider can be asked what it has; too dear to find out for each message.
        self.reconciles = isinstance(self.adapter, Reconciles)

    @property
    def capabilities(self) -> Capabilities:
        """What the adapter can do."""
        return self.adapter.capabilities

    def wants(self, now: float) -> int:
        """How many deliveries to claim now."""
        if now < max(self.due, self.paused_until):
            return 0
        slots = self.breaker.allows(self.concurrency, self.busy, now)
        allowed = self.pace.available(now)
        return (slots if allowed is None else min(slots, max(allowed, 0))) * self.batch

    def wake_at(self, now: float) -> float:
        """When there may be something to do without anything else happening."""
        if self.breaker.out:
            # Whoever is put on a channel that is out is moved on at once.
            return min(self.due, NEVER if self.asking else self.lookup_due)
        start = max(self.due, self.paused_until, self.breaker.open_until)
        # With no slot free it is an answer that wakes the engine, not the clock.
        if start < NEVER and not self.breaker.allows(self.concurrency, self.busy, max(now, start)):
            start = NEVER
        return min(max(start, self.pace.next_at(now)), NEVER if self.asking else self.lookup_due)

    def paced(self, outcome: Outcome, now: float) -> float:
        """Obey a `Retry-After`; returns for how many seconds there was, and will be, nothing but patience."""
        if not isinstance(outcome, NotSent) or outcome.retry_after is None:
            self.patient_since = NEVER
            return 0.0
        self.paused_until = max(self.paused_until, now + outcome.retry_after)
        self.patient_since = min(self.patient_since, now)
        return self.paused_until - self.patient_since

    def put(self, at: float) -> None:
        """Something is to be sent at that moment."""
        self.due = min(self.due, at)

    def put_lookup(self, at: float) -> None:
        """Something is to be looked up at that moment."""
        self.lookup_due = min(self.lookup_due, at)
