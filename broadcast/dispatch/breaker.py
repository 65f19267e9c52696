"""A circuit breaker: leave a failing channel alone for a while, then try it with one request."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Closed while requests are answered, open for `cooldown` seconds after failures, then probing.

    A channel is out for the run after `limit` trips, or at once if its credentials are refused. All times
    are monotonic seconds.

    Attributes:
        threshold: How many failures in a row open it.
        cooldown: For how many seconds it is open.
        limit: After how many trips the channel is out.
        failures: Failures since the last answer.
        trips: How often it opened in this run.
        open_until: When it begins to probe.
        probing: Whether only one request at a time is allowed, until one is answered.
        out: Whether no request is allowed any more.
        reason: Why it opened last, or what the provider last asked for.

    Example:
        >>> breaker = Breaker(threshold=1)
        >>> breaker.count(Unknown("HTTP 500"), now=100.0)
        True
        >>> breaker.allows(concurrency=8, busy=0, now=101.0), breaker.allows(concurrency=8, busy=0, now=105.0)
        (0, 1)
    """

    threshold: int = 5
    cooldown: float = 5.0
    limit: int = 2
    failures: int = 0
    trips: int = 0
    open_until: float = 0.0
    probing: bool = False
    out: bool = False
    reason: str = ""

    def count(self, outcome: Outcome, now: float) -> bool:
        """Count an outcome, and return whether the breaker opened because of it."""
        match outcome:
            case Accepted():
                self._close()
                return False
            case Rejected(reason=reason, scope=Scope.CHANNEL):
                return self._open(reason, now, out=True)
            case Rejected():
                # The provider works: it refuses this person or this text.
                self._close()
                return False
            case NotSent(reason=reason, retry_after=seconds) if seconds is not None:
                # A healthy provider asks for a pause when it is asked too much. The pause itself is enough.
                self.reason = reason
                return False
            case other:
                self.failures += 1
                if self.probing or self.failures >= self.threshold:
                    return self._open(other.reason, now, out=False)
                return False

    def allows(self, concurrency: int, busy: int, now: float) -> int:
        """Return how many more requests may be made: none while open, one at a time while trying again."""
        if self.left_alone(now):
            return 0
        return max(0, (1 if self.probing else concurrency) - busy)

    def left_alone(self, now: float) -> bool:
        """Return whether no request may be made."""
        return self.out or now < self.open_until

    @property
    def healthy(self) -> bool:
        """Whether the last request was answered."""
        return not self.out and not self.probing and not self.failures

    def give_out(self, reason: str) -> None:
        """Leave the channel alone for the rest of the run."""
        self.out, self.reason = True, reason

    def _close(self) -> None:
        self.failures, self.probing, self.open_until = 0, False, 0.0

    def _open(self, reason: str, now: float, *, out: bool) -> bool:
        # Requests that were under way when it opened fail as well: they are the same trip.
        already = self.out or now < self.open_until
        self.reason = reason
        if not already:
            self.trips += 1
        self.failures, self.probing = 0, True
        self.open_until = now + self.cooldown
        self.out = self.out or out or self.trips >= self.limit
        return not already
