"""How fast a channel may be used: a token bucket, kept as the single moment at which it is full again.

This is the generic cell rate algorithm (ITU-T I.371): the bucket needs no timer, and one number in the
ledger is enough for all processes that use the channel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")

_BREATH = 0.05  # seconds; on a fast channel, several messages are claimed together
_MARGIN = 1e-6  # seconds; a rounding error must not make the next moment come too early


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `burst` requests at once, and `rate` per second after that.

    A request carries up to `batch` deliveries. Moments are seconds on a clock that may stop or restart, as a
    monotonic one does, but never runs too fast.
    """

    rate: float
    burst: int
    batch: int = 1

    @classmethod
    def of(cls, rate: float, burst: int | None, batch: int = 1) -> Pace | None:
        """Return the pace for these settings, by default with a burst of one second; None if `rate` is 0."""
        return cls(rate, burst or max(1, math.floor(rate)), batch) if rate else None

    def free(self, full_at: float, now: float) -> int:
        """Return the number of requests that may leave now."""
        owed = max(0.0, self.sound(full_at, now) - now) * self.rate
        return max(0, math.floor(self.burst - owed))

    def spend(self, full_at: float, now: float, requests: int) -> float:
        """Return the moment at which the bucket is full again after so many requests."""
        return max(self.sound(full_at, now), now) + requests / self.rate

    def next_at(self, full_at: float, now: float) -> float:
        """Return the moment at which the next group of requests may leave."""
        breath = min(self.burst, max(1, math.floor(self.rate * _BREATH)))
        return max(now, self.sound(full_at, now) - (self.burst - breath) / self.rate + _MARGIN)

    def sound(self, full_at: float, now: float) -> float:
        """Return `full_at`, or that of an empty bucket if the clock restarted since it was written."""
        return min(full_at, now + self.burst / self.rate)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that a provider asked for with `Retry-After`; it holds for every process that uses the channel.

    Attributes:
        channel: The name of the channel.
        seconds: How long it lasts from now on.
        reason: What the provider said.
    """

    channel: str
    seconds: float
    reason: str


def batches(items: Sequence[T], size: int, text: Callable[[T], object]) -> Iterator[Sequence[T]]:
    """Yield the items of each request: neighbours with the same text, at most `size` of them.

    The pace counts requests before they are made, so the ledger and the engine must agree on this.

    Example:
        >>> [list(batch) for batch in batches("aaabb", 2, str)]
        [['a', 'a'], ['a'], ['b', 'b']]
    """
    if size == 1:
        yield from ([item] for item in items)
        return
    for _, same in groupby(items, key=text):
        group = list(same)
        yield from (group[start : start + size] for start in range(0, len(group), size))
