"""A circuit breaker: a channel that keeps failing is left alone, then tried with one request."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Closed while all is well. Times are monotonic seconds.

    `trips` counts how often it opened in this run; a channel that trips `limit` times, or whose
    credentials are refused, is out for the run.
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
        """Take an outcome into account; returns whether the breaker opened because of it."""
        match outcome:
            case Accepted():
                self._close()
                return False
            case Rejected(reason=reason, scope=Scope.CHANNEL):
                return self._open(reason, now, out=True)
            case Rejected():
                # The provider answered well; it is this person or this text that it refuses.
                self._close()
                return False
            case NotSent(reason=reason, retry_after=seconds) if seconds is not None:
                # Asking for patience is what a healthy provider does.
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
        """Whether the last thing seen was an answer."""
        return not self.out and not self.probing and not self.failures

    def give_out(self, reason: str) -> None:
        """Leave the channel alone for the rest of the run."""
        self.out, self.reason = True, reason

    def _close(self) -> None:
        self.failures, self.probing, self.open_until = 0, False, 0.0

    def _open(self, reason: str, now: float, *, out: bool) -> bool:
        already = self.out or now < self.open_until
        self.reason = reason
        if not already:
            self.trips += 1
        self.failures, self.probing = 0, True
        self.open_until = now + self.cooldown
        self.out = self.out or out or self.trips >= self.limit
        return not already
