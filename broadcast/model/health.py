"""Whether something works, as far as anybody can tell, and when to believe it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

#: How long a channel that failed is held to be down because of it. Later, it deserves another try.
FRESH = timedelta(minutes=10)


class Condition(StrEnum):
    """How something is."""

    WORKS = "works"
    DOUBTFUL = "doubtful"
    DOWN = "down"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a provider says of itself in public: never more than a hint. `detail` is in its own words."""

    condition: Condition
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many checks in a row must agree before something is taken for down, and for up again."""

    down_after: int = 3
    up_after: int = 3


@dataclass(frozen=True, slots=True)
class Streak:
    """A system that is checked again and again, so that one bad answer among good ones alarms nobody.

    `contrary` counts the latest checks in a row that said the opposite of `down`.
    """

    down: bool = False
    contrary: int = 0

    def after(self, condition: Condition, patience: Patience) -> Streak:
        """Return the streak after one more check. One that could not tell is as if it had not been made."""
        if condition is Condition.UNKNOWN:
            return self
        if (condition is Condition.DOWN) == self.down:
            return replace(self, contrary=0)
        needed = patience.up_after if self.down else patience.down_after
        if self.contrary + 1 >= needed:
            return Streak(not self.down)
        return replace(self, contrary=self.contrary + 1)
