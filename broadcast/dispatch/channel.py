"""A channel at work: its adapter, and how much may be asked of it now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from broadcast.channels.base import Adapter, Reconciles, ShowsServices
from broadcast.dispatch.breaker import Breaker
from broadcast.ledger.records import Claim
from broadcast.model.channel import Capabilities
from broadcast.model.pace import batches
from broadcast.model.redaction import Secrets

NEVER = math.inf
# A provider in trouble recovers later, the more it is asked again. So a channel begins with ten retries
# and earns one more with every ten first requests, whatever the policy allows each delivery.
_FIRST_RETRIES = 10.0
_RETRIES_EARNED = 0.1


@dataclass(slots=True, kw_only=True)
class ActiveChannel:
    """One configured channel during a run. Report to it what happens, and ask it what to do next.

    All times are monotonic seconds, `NEVER` where nothing is scheduled. Use each instance for one run.

    Attributes:
        name: The name in the configuration.
        adapter: What makes the requests.
        concurrency: How many requests may be under way at once.
        lookup_delay: Seconds to wait before a request without an answer is looked up.
        batch: How many messages one request may carry.
        breaker: Leaves the channel alone while it fails.
        suspect: Whether the ledger says that it failed: one request tries it first.
        left_to_others: Whether another process is sending on it, so that nothing is claimed.
        secrets: What the words of its answers must not quote.
        reconciles: Whether its provider can be asked what it has.
        shows_services: Whether it shows how services are.

    Example:
        >>> channel.schedule(clock.monotonic())
        >>> channel.claimed(claims, next_due=NEVER, next_at=0.0)
        >>> for batch in channel.begin_requests(clock.monotonic()):
        ...     await channel.adapter.send(batch)
        ...     channel.end_request()
    """

    name: str
    adapter: Adapter
    concurrency: int
    lookup_delay: float
    batch: int
    breaker: Breaker = field(default_factory=Breaker)
    suspect: bool = False
    left_to_others: bool = False
    secrets: Secrets = field(default_factory=Secrets)
    reconciles: bool = field(init=False)
    shows_services: bool = field(init=False)
    _due: float = field(default=NEVER, init=False)  # when the ledger should be asked for claims
    _lookup_due: float = field(default=NEVER, init=False)
    _next_at: float = field(default=0.0, init=False)  # when its pace lets more out
    _paused_until: float = field(default=0.0, init=False)
    _paused_since: float = field(default=NEVER, init=False)
    _retries: float = field(default=_FIRST_RETRIES, init=False)
    _busy: int = field(default=0, init=False)  # requests under way
    _window: int = field(init=False)  # how many requests may be under way at the moment
    _ahead: list[Claim] = field(default_factory=list, init=False)  # they leave as soon as a slot is free
    _looking_up: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._window = self.concurrency
        self.breaker.probing = self.suspect
        # Checking a protocol looks at every attribute: too slow to do for each message.
        self.reconciles = isinstance(self.adapter, Reconciles)
        self.shows_services = isinstance(self.adapter, ShowsServices)

    @property
    def capabilities(self) -> Capabilities:
        """What the adapter can do."""
        return self.adapter.capabilities

    @property
    def reserve(self) -> int:
        """How many may be claimed ahead of a free slot, so that it need not wait for the ledger.

        A run that is killed leaves them behind as if they had been sent, and they are looked up: so there are
        none where the provider cannot be asked, nor where a request carries many.
        """
        return self._window // 4 if self.reconciles and self.batch == 1 else 0

    @property
    def busy(self) -> int:
        """How many requests are under way."""
        return self._busy

    @property
    def retries(self) -> float:
        """How many more requests may follow one that failed."""
        return self._retries

    @property
    def has_stranded_work(self) -> bool:
        """Whether something is scheduled although the channel is out for this run."""
        return self.breaker.out and self._due < NEVER

    def wants(self, now: float) -> int:
        """Return how many deliveries to claim now."""
        if now < max(self._due, self._next_at, self._paused_until) or self.breaker.left_alone(now):
            return 0
        slots = self.breaker.allows(self._window, self._busy, now)
        spare = self.reserve - len(self._ahead) if self.breaker.healthy else 0
        return slots * self.batch + max(0, spare)

    def wants_lookup(self, now: float) -> bool:
        """Return whether to claim unknown deliveries for a look-up now; there is one look-up at a time."""
        return not self._looking_up and self._lookup_due <= now

    def sends_ahead(self, now: float) -> bool:
        """Return whether what was claimed ahead should leave as soon as there is a slot."""
        return self.breaker.healthy and now >= self._paused_until and not self.breaker.left_alone(now)

    def turn_in(self, now: float) -> float:
        """Return in how many seconds its pace lets more out; negative if it does so now."""
        return self._next_at - now

    def wake_at(self, now: float) -> float:
        """Return when there may be something to do without anything else happening."""
        lookup = NEVER if self._looking_up else self._lookup_due
        if self.breaker.out:
            # What is scheduled on a channel that is out moves to the next one at once.
            return min(self._due, lookup)
        start = max(self._due, self._next_at, self._paused_until, self.breaker.open_until)
        # With no slot free it is an answer that wakes the engine, not the clock.
        if start < NEVER and not self.breaker.allows(self._window, self._busy, max(now, start)):
            start = NEVER
        return min(start, lookup)

    def schedule(self, at: float) -> None:
        """Ask the ledger for claims at that time, or earlier if that was scheduled before."""
        if not self.left_to_others:
            self._due = min(self._due, at)

    def schedule_lookup(self, at: float) -> None:
        """Ask the ledger for look-ups at that time, or earlier if that was scheduled before."""
        self._lookup_due = min(self._lookup_due, at)

    def unschedule(self) -> None:
        """Ask the ledger for no more claims until something is scheduled again."""
        self._due = NEVER

    def claimed(self, claims: Sequence[Claim], next_due: float, next_at: float) -> None:
        """Keep claims until there is a slot; more falls due at `next_due`, and may leave at `next_at`."""
        self._due, self._next_at = next_due, next_at
        self._ahead += claims

    def begin_requests(self, now: float) -> list[Sequence[Claim]]:
        """Take as many claims as there are slots; return those of each request, which is now under way."""
        slots = self.breaker.allows(self._window, self._busy, now)
        most = slots * self.batch
        leaving, self._ahead = self._ahead[:most], self._ahead[most:]
        requests = list(batches(leaving, self.batch, _text))
        self._busy += len(requests)
        return requests

    def end_request(self) -> None:
        """Free the slot of a request."""
        self._busy -= 1

    def withdraw_ahead(self, now: float) -> list[Claim]:
        """Return the claims that have not left, which it keeps no longer; their deliveries are due now."""
        withdrawn, self._ahead = self._ahead, []
        if withdrawn:
            self.schedule(now)
        return withdrawn

    def begin_lookup(self, claims: Sequence[Claim], next_due: float) -> None:
        """Note that these are being looked up, if there are any; the next falls due at `next_due`."""
        self._lookup_due = next_due
        self._looking_up = bool(claims)

    def end_lookup(self) -> None:
        """Let the next look-up begin."""
        self._looking_up = False

    def earn_retries(self, claims: Sequence[Claim]) -> None:
        """Count a request for these claims: a first one allows for a fraction of a retry."""
        if claims[0].attempts == 1:
            self._retries += _RETRIES_EARNED

    def spend_retries(self, retries: float) -> None:
        """Count a retry; a fraction of one if it is for a part of a request."""
        self._retries -= retries

    def pause(self, seconds: float, now: float) -> float:
        """Obey a `Retry-After`; return for how many seconds in a row it was, and will be, paused."""
        self._paused_until = max(self._paused_until, now + seconds)
        self._paused_since = min(self._paused_since, now)
        self._window = 1
        return self._paused_until - self._paused_since

    def slow_down(self) -> None:
        """Begin again with one request: the provider took none, and named no time (HTTP 429, refused)."""
        self._window = 1

    def resume(self) -> None:
        """Note that the provider works: that ends a row of pauses, and doubles the requests under way."""
        self._paused_since = NEVER
        self._window = min(self.concurrency, self._window * 2)

    def mark_suspect(self) -> None:
        """Note that the ledger now says that the channel failed."""
        self.suspect = True

    def clear_suspicion(self) -> bool:
        """Return whether a suspect channel works again, and so is suspect no longer."""
        cleared = self.suspect and self.breaker.healthy
        self.suspect = self.suspect and not cleared
        return cleared


def _text(claim: Claim) -> object:
    return claim.template_audience, claim.locale
