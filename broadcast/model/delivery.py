"""The states of a delivery, and the one table of transitions between them."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """The progress of one message to one receiver."""

    PLANNED = "planned"  # on disk, not claimed
    HELD = "held"  # not sent; waits for `retry`
    SENDING = "sending"  # intent on disk, the request may have left
    ACCEPTED = "accepted"  # the provider took it
    DELIVERED = "delivered"  # the provider says it arrived
    CONFIRMED = "confirmed"  # the person confirmed it
    UNKNOWN = "unknown"  # the answer was lost; to be looked up
    FAILED = "failed"  # every channel was refused for good
    SUPPRESSED = "suppressed"  # must not be sent
    EXPIRED = "expired"  # too old to be true
    CANCELLED = "cancelled"  # a newer notice replaces it


_S = DeliveryState
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.PLANNED: frozenset({_S.SENDING, _S.HELD, _S.FAILED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED}),
    _S.HELD: frozenset({_S.PLANNED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.ACCEPTED, _S.PLANNED, _S.HELD, _S.UNKNOWN, _S.FAILED}),
    _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.PLANNED, _S.HELD, _S.FAILED, _S.DELIVERED, _S.SUPPRESSED}),
    _S.ACCEPTED: frozenset({_S.DELIVERED, _S.CONFIRMED, _S.FAILED, _S.PLANNED}),
    _S.DELIVERED: frozenset({_S.CONFIRMED}),
    _S.CONFIRMED: frozenset(),
    _S.FAILED: frozenset(),
    _S.SUPPRESSED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}

REACHED = frozenset({_S.ACCEPTED, _S.DELIVERED, _S.CONFIRMED})
#: Not finished: `retry` continues a run that leaves one of these.
OPEN = frozenset({_S.PLANNED, _S.HELD, _S.SENDING, _S.UNKNOWN})
#: The person got the notice, or may have got it, so they must also hear that the incident is over.
POSSIBLY_TOLD = REACHED | {_S.SENDING, _S.UNKNOWN}


def may_become(state: DeliveryState, other: DeliveryState) -> bool:
    """Return whether the table allows a delivery to change from `state` to `other`."""
    return other in TRANSITIONS[state]
