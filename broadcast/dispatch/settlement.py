"""Turn outcomes, and the step that was decided on, into what the ledger records. Pure."""

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
    """Return what the ledger is to record of claims that take the same step.

    Args:
        claims: At the same step of one route.
        outcomes: One for each claim; they differ in the provider's references only.
        step: What was decided.
        now: In seconds since the epoch.
        lookup: Whether the outcomes come from a look-up. One that found out nothing leaves the outcome of the
            attempt as it is.
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
    """Return the reason of an outcome; None if a provider accepted the message without a remark."""
    return outcome.detail if isinstance(outcome, Accepted) else outcome.reason


def _not_before(step: Step, now: float) -> float:
    match step:
        case Again(after=after) | LookUp(after=after):
            return now + after
        case LeaveUnknown():
            return math.inf  # not in this run: `retry` looks it up again
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
