"""A token bucket: how many requests a channel may make now."""

from __future__ import annotations

import math


class Pace:
    """At most `rate` requests a second after an opening burst; a rate of 0 is unlimited."""

    def __init__(self, rate: float, burst: int | None, now: float) -> None:
        self._rate = rate
        self._capacity = float(burst or max(1, math.floor(rate)))
        self._tokens = self._capacity
        self._at = now

    def available(self, now: float) -> int | None:
        """How many requests may leave now; None for any number."""
        if not self._rate:
            return None
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return int(self._tokens + 1e-9)

    def spend(self, requests: int) -> None:
        """Count requests that left."""
        self._tokens -= requests

    def next_at(self, now: float) -> float:
        """When the next request may leave."""
        if not self._rate or self._tokens >= 1:
            return now
        return now + (1 - self._tokens) / self._rate
