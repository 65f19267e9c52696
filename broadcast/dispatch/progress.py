"""What a run tells whoever watches it: the progress bar, or the NDJSON stream."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class EventKind(StrEnum):
    """The kinds of news, as they are spelled in the NDJSON stream."""

    PLANNED = "planned"
    ATTEMPT = "attempt"
    ACCEPTED = "accepted"
    FAILED = "failed"
    FAILOVER = "failover"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    STOPPING = "stopping"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One piece of news about `count` deliveries on a channel; `contact` where it is about one.

    What the run as a whole waits for has no channel, and says so in `reason`.
    """

    kind: EventKind
    channel: str
    count: int = 1
    contact: str | None = None
    ref: str | None = None
    reason: str | None = None


class Listener(Protocol):
    """Somebody who wants to know; must return quickly and must not raise."""

    def __call__(self, event: Event, /) -> None:
        """Take a piece of news."""
        ...


def nobody(_: Event) -> None:
    """A listener that does not listen."""
