"""The events of a run, for a progress bar or the NDJSON stream, and why it ended.

`status` imports this module, so it imports nothing that sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Ending(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"


class EventKind(StrEnum):
    """The kinds of events, as they are spelled in the NDJSON stream."""

    PLANNED = "planned"
    ATTEMPT = "attempt"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    FAILOVER = "failover"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    STOPPING = "stopping"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to `count` deliveries on a channel.

    Attributes:
        kind: What happened.
        channel: Its name; empty for what the run as a whole waits for, which `reason` then says.
        count: How many deliveries it is about.
        contact: The receiver, if it is about one delivery.
        ref: The provider's reference, if it accepted the message.
        reason: Why it happened, in words for people.
    """

    kind: EventKind
    channel: str
    count: int = 1
    contact: str | None = None
    ref: str | None = None
    reason: str | None = None


class Listener(Protocol):
    """A callback for the events of a run. It must return quickly, for it is called between requests.

    It must not raise, either: an exception would end the run.
    """

    def __call__(self, event: Event, /) -> None:
        """Take an event."""
        ...


def ignore_events(_: Event) -> None:
    """Do nothing: the listener of a run whose events are not shown."""
