"""The states of a delivery, and the one table of transitions between them."""

from __future__ import annotations

from enum import StrEnum

from broadcast.model.inbound import ReceiptState


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
#: Later news of the provider or of the person: it arrived after all, or the person confirmed it elsewhere.
_LATER = {_S.DELIVERED, _S.CONFIRMED}
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.PLANNED: frozenset({_S.SENDING, _S.HELD, _S.FAILED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED} | _LATER),
    _S.HELD: frozenset({_S.PLANNED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED} | _LATER),
    _S.SENDING: frozenset({_S.ACCEPTED, _S.PLANNED, _S.HELD, _S.UNKNOWN, _S.FAILED, _S.CONFIRMED}),
    _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.PLANNED, _S.HELD, _S.FAILED, _S.SUPPRESSED} | _LATER),
    _S.ACCEPTED: frozenset({_S.FAILED, _S.PLANNED} | _LATER),
    _S.DELIVERED: frozenset({_S.CONFIRMED, _S.PLANNED}),  # planned again if it is not confirmed in time
    _S.CONFIRMED: frozenset(),
    _S.FAILED: frozenset(_LATER),
    _S.SUPPRESSED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset({_S.CONFIRMED}),  # the person had passed it on or declined
}

REACHED = frozenset({_S.ACCEPTED, _S.DELIVERED, _S.CONFIRMED})
#: Not finished: `retry` continues a run that leaves one of these.
OPEN = frozenset({_S.PLANNED, _S.HELD, _S.SENDING, _S.UNKNOWN})
#: The person got the notice, or may have got it, so they must also hear that the incident is over.
POSSIBLY_REACHED = REACHED | {_S.SENDING, _S.UNKNOWN}


def may_become(state: DeliveryState, other: DeliveryState) -> bool:
    """Return whether the table allows a delivery to change from `state` to `other`."""
    return other in TRANSITIONS[state]


def after_receipt(
    state: DeliveryState, receipt: ReceiptState, *, latest: bool, backup: bool
) -> DeliveryState | None:
    """Return the state of a delivery after a receipt for one of its attempts, None if it stays.

    Receipts only raise the rank: news that a message arrived is final, and later news that it did not is
    ignored. So the order of receipts makes no difference.

    Args:
        state: The state before.
        receipt: What the provider says about the attempt.
        latest: Whether the attempt is the delivery's latest one; an earlier one can only have arrived.
        backup: Whether the route has another channel that may still be used.
    """
    if receipt is ReceiptState.DELIVERED:
        return _S.DELIVERED if may_become(state, _S.DELIVERED) else None
    if not latest or state not in {_S.ACCEPTED, _S.UNKNOWN}:
        return None
    if receipt is ReceiptState.ACCEPTED:
        return _S.ACCEPTED if state is _S.UNKNOWN else None
    return _S.PLANNED if backup else _S.FAILED
