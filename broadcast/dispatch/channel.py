"""A channel at work: its adapter, and how much it may be asked to do now."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from broadcast.channels.base import Adapter, Reconciles, ShowsServices
from broadcast.dispatch.breaker import Breaker
from broadcast.ledger.records import Claim
from broadcast.model.channel import Capabilities
from broadcast.model.redaction import Secrets

NEVER = math.inf


@dataclass(slots=True, kw_only=True)
class ActiveChannel:
    """One configured channel during a run. Times are monotonic seconds.

    `due` and `lookup_due` are when the ledger should next be asked for work; `NEVER` until something new
    is put there. `next_at` is when its pace lets more out, `paused_until` what the provider asked for, and
    `patient_since` when it began to. `window` is how many requests may be under way: one after a pause, then
    twice as many with each answer. `repeats` is how many more may follow a request that failed: a provider in
    trouble recovers later, the more it is asked again. `suspect` means the ledger says it failed.
    `secrets` are what the words of its answers must not quote. `ahead` are claims that leave as soon as a
    slot is free.
    """

    name: str
    adapter: Adapter
    concurrency: int
    settle: float
    batch: int
    breaker: Breaker = field(default_factory=Breaker)
    due: float = 0.0
    lookup_due: float = 0.0
    next_at: float = 0.0
    paused_until: float = 0.0
    patient_since: float = NEVER
    repeats: float = 10.0
    busy: int = 0
    ahead: list[Claim] = field(default_factory=list)
    asking: bool = False
    suspect: bool = False
    secrets: Secrets = field(default_factory=Secrets)
    reconciles: bool = field(init=False)
    shows_services: bool = field(init=False)
    window: int = field(init=False)

    def __post_init__(self) -> None:
        self.window = self.concurrency
        # Whether its provider can be asked what it has; too dear to find out for each message.
        self.reconciles = isinstance(self.adapter, Reconciles)
        self.shows_services = isinstance(self.adapter, ShowsServices)

    @property
    def reserve(self) -> int:
        """How many may be claimed ahead of a free slot, so that it need not wait for the ledger.

        A run that is killed leaves them behind as if they had been sent, and they are looked up: so there are
        none where the provider cannot be asked, nor where a request carries many.
        """
        return self.window // 4 if self.reconciles and self.batch == 1 else 0

    @property
    def capabilities(self) -> Capabilities:
        """What the adapter can do."""
        return self.adapter.capabilities

    def wants(self, now: float) -> int:
        """Return how many deliveries to claim now."""
        if now < max(self.due, self.next_at, self.paused_until) or self.breaker.left_alone(now):
            return 0
        slots = self.breaker.allows(self.window, self.busy, now)
        spare = self.reserve - len(self.ahead) if self.breaker.healthy else 0
        return slots * self.batch + max(0, spare)

    def wanted_now(self, now: float) -> bool:
        """Return whether what is claimed should leave as soon as there is a slot."""
        return self.breaker.healthy and now >= self.paused_until and not self.breaker.left_alone(now)

    def wake_at(self, now: float) -> float:
        """When there may be something to do without anything else happening."""
        if self.breaker.out:
            # Whoever is put on a channel that is out is moved on at once.
            return min(self.due, NEVER if self.asking else self.lookup_due)
        start = max(self.due, self.next_at, self.paused_until, self.breaker.open_until)
        # With no slot free it is an answer that wakes the engine, not the clock.
        if start < NEVER and not self.breaker.allows(self.window, self.busy, max(now, start)):
            start = NEVER
        return min(start, NEVER if self.asking else self.lookup_due)

    def pause(self, seconds: float, now: float) -> float:
        """Obey a `Retry-After`; returns for how many seconds there was, and will be, nothing but patience."""
        self.paused_until = max(self.paused_until, now + seconds)
        self.patient_since = min(self.patient_since, now)
        self.window = 1
        return self.paused_until - self.patient_since

    def resume(self) -> None:
        """An answer came that asks for no patience."""
        self.patient_since = NEVER
        self.window = min(self.concurrency, self.window * 2)

    def put(self, at: float) -> None:
        """Something is to be sent at that moment."""
        self.due = min(self.due, at)

    def put_lookup(self, at: float) -> None:
        """Something is to be looked up at that moment."""
        self.lookup_due = min(self.lookup_due, at)
