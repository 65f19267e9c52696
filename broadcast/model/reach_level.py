"""How far a notice has to get before a run is over."""

from __future__ import annotations

from enum import StrEnum


class ReachLevel(StrEnum):
    """What a run waits for; each member includes the ones before it."""

    ACCEPTED = "accepted"  # the provider took the message
    DELIVERED = "delivered"  # the provider says it arrived
    CONFIRMED = "confirmed"  # the person said so
