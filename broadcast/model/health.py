"""Whether something works, as far as that is known, and when to believe it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

#: How long a channel counts as down after it failed. After that it is tried again.
FRESH = timedelta(minutes=10)


class Condition(StrEnum):
    """The condition of a system or channel."""

    WORKS = "works"
    DOUBTFUL = "doubtful"
    DOWN = "down"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a provider publishes about itself: only a hint. `detail` is in the provider's own words."""

    condition: Condition
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many checks in a row must agree before a system counts as down, and as up again."""

    down_after: int = 3
    up_after: int = 3


@dataclass(frozen=True, slots=True)
class Streak:
    """The checks of one system, counted so that a single bad answer raises no alarm.

    `contrary` counts the latest checks in a row that said the opposite of `down`.
    """

    down: bool = False
    contrary: int = 0

    def after(self, condition: Condition, patience: Patience) -> Streak:
        """Return the streak after one more check. A check without a result changes nothing."""
        if condition is Condition.UNKNOWN:
            return self
        if (condition is Condition.DOWN) == self.down:
            return replace(self, contrary=0)
        needed = patience.up_after if self.down else patience.down_after
        if self.contrary + 1 >= needed:
            return Streak(not self.down)
        return replace(self, contrary=self.contrary + 1)
