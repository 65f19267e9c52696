"""From outcomes and the step decided on to what the ledger records. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from broadcast.dispatch.decide import (
    Again,
    Done,
    GiveUp,
    Hold,
    LeaveUnknown,
    LookUp,
    NextChannel,
    Step,
)
from broadcast.ledger.records import Claim, Settlement
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Unknown


def settlement(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], step: Step, now: float, *, lookup: bool
) -> Settlement:
    """Return what the ledger is to record of claims that share one fate; `now` is in seconds since the epoch.

    Their outcomes differ in the provider's references alone. A look-up that learnt nothing leaves the
    attempt's outcome as it stands, and what is left unknown is not looked at again in this run.
    """
    claim, outcome = claims[0], outcomes[0]
    return Settlement(
        claims=claims,
        state=_STATES[type(step)],
        outcome=None if lookup and isinstance(outcome, Unknown) else _name(outcome),
        reason=reason_of(outcome),
        accepted=[outcome for outcome in outcomes if isinstance(outcome, Accepted)] or (),
        step=claim.step + 1 if isinstance(step, NextChannel) else claim.step,
        not_before=_not_before(step, now),
    )


def reason_of(outcome: Outcome) -> str | None:
    """Return why it is that outcome; None if a provider took it and nothing is to be said."""
    return outcome.detail if isinstance(outcome, Accepted) else outcome.reason


def _not_before(step: Step, now: float) -> float:
    match step:
        case Again(after=after) | LookUp(after=after):
            return now + after
        case LeaveUnknown():
            return math.inf
        case _:
            return 0.0


_STATES: dict[type, DeliveryState] = {
    Done: DeliveryState.ACCEPTED,
    Again: DeliveryState.PLANNED,
    NextChannel: DeliveryState.PLANNED,
    LookUp: DeliveryState.UNKNOWN,
    LeaveUnknown: DeliveryState.UNKNOWN,
    Hold: DeliveryState.HELD,
    GiveUp: DeliveryState.FAILED,
}


def _name(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "accepted"
        case Rejected():
            return "rejected"
        case NotSent():
            return "not_sent"
        case Unknown():
            return "unknown"
