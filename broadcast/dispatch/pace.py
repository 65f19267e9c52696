"""A token bucket: how many requests a channel may make now."""

from __future__ import annotations

import math

_BREATH = 0.05  # seconds; a fast channel is claimed for in breaths, not message by message
_ROUNDING = 1e-6


class Pace:
    """At most `rate` requests a second after an opening burst; a rate of 0 is unlimited."""

    def __init__(self, rate: float, burst: int | None, now: float) -> None:
        self._rate = rate
        self._capacity = float(burst or max(1, math.floor(rate)))
        self._wanted = min(self._capacity, max(1.0, math.floor(rate * _BREATH)))
        self._tokens = self._capacity
        self._at = now

    def available(self, now: float) -> int | None:
        """How many requests may leave now; None for any number."""
        if not self._rate:
            return None
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return int(self._tokens + _ROUNDING) if self._tokens + _ROUNDING >= self._wanted else 0

    def spend(self, requests: int) -> None:
        """Count requests that left."""
        self._tokens -= requests

    def next_at(self, now: float) -> float:
        """When the next requests may leave."""
        if not self._rate:
            return now
        missing = self._wanted - self._tokens - (now - self._at) * self._rate
        return now + max(0.0, missing) / self._rate
