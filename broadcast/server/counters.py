"""What the process counted since it started, for the desk, the log and `/metrics`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Numbers of events, by name and label.

    Example:
        >>> counters = Counters()
        >>> counters.add("forged", "sms")
    """

    events: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, name: str, label: str = "", count: int = 1) -> None:
        """Count events."""
        self.events[name, label] += count

    def total(self, name: str) -> int:
        """Return how many events there were with any label."""
        return sum(count for (event, _), count in self.events.items() if event == name)
