"""What the process counted since it started, for the desk, the log and `/metrics`."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

#: The upper bounds of a histogram's classes, in seconds; the last class has none.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(slots=True)
class Histogram:
    """How long something took: how often within each bound, and altogether."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


@dataclass(slots=True)
class Counters:
    """Numbers of events, by name and labels.

    Labels are names from the configuration or words of ours, never what a request says: their number is
    bounded, and they hold no personal data.

    Example:
        >>> counters = Counters()
        >>> counters.add("forged", "sms")
    """

    events: Counter[tuple[str, ...]] = field(default_factory=Counter)
    ledger_writes: Histogram = field(default_factory=Histogram)

    def add(self, name: str, *labels: str, count: int = 1) -> None:
        """Count events."""
        self.events[name, *labels] += count

    def total(self, name: str) -> int:
        """Return how many events there were with any labels."""
        return sum(self.by_labels(name).values())

    def by_labels(self, name: str) -> dict[tuple[str, ...], int]:
        """Return how many events there were with each combination of labels."""
        # A copy in one step, because other threads count as well.
        events = list(self.events.items())
        return {tuple(labels): count for (event, *labels), count in events if event == name}
