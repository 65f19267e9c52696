"""How fast a channel may be used: a token bucket, kept as the one moment at which it is full again.

That is the generic cell rate algorithm (ITU-T I.371): the bucket needs no timer, and a single number in
the ledger is enough for every process that uses the channel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_BREATH = 0.05  # seconds; a fast channel is claimed for in breaths, not message by message
_MARGIN = 1e-6  # seconds; so that what is named as the next moment is not a rounding error too early


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `burst` requests at once, and `rate` a second from then on.

    A request carries up to `batch` deliveries. Moments are seconds on a clock that may stand still or start
    anew, as a monotonic one does, but never runs ahead: what it does not show to have passed is not given.
    """

    rate: float
    burst: int
    batch: int = 1

    @classmethod
    def of(cls, rate: float, burst: int | None, batch: int = 1) -> Pace | None:
        """The pace for these settings, by default with a second's worth at once; None where `rate` is 0."""
        return cls(rate, burst or max(1, math.floor(rate)), batch) if rate else None

    def free(self, full_at: float, now: float) -> int:
        """Return how many requests may leave now."""
        owed = max(0.0, self.sound(full_at, now) - now) * self.rate
        return max(0, math.floor(self.burst - owed))

    def spend(self, full_at: float, now: float, requests: int) -> float:
        """When the bucket is full again, once so many requests have left."""
        return max(self.sound(full_at, now), now) + requests / self.rate

    def next_at(self, full_at: float, now: float) -> float:
        """When the next requests may leave: a breath of them, where that is more than one."""
        breath = min(self.burst, max(1, math.floor(self.rate * _BREATH)))
        return max(now, self.sound(full_at, now) - (self.burst - breath) / self.rate + _MARGIN)

    def sound(self, full_at: float, now: float) -> float:
        """Return `full_at`, or where the clock started anew since it was written, that of an empty bucket."""
        return min(full_at, now + self.burst / self.rate)
