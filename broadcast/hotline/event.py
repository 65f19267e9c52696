"""What reaches the state machine: one request of a call, with all that was looked up for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broadcast.hotline.caller import Caller
from broadcast.model.phone_call import CallRequest


class Acceptance(StrEnum):
    """Whether an agent has this call."""

    OPEN = "open"  # no agent has accepted it
    MINE = "mine"  # the agent of this leg has it
    TAKEN = "taken"  # another agent has it
    LEFT = "left"  # the caller has hung up


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """Which sentences answer the question, in order; empty if the model knows none, or was not asked."""

    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One request of a call.

    Attributes:
        request: What the provider reports.
        caller: Who calls.
        at: When it arrived, in UTC.
        waited: The seconds since the caller asked for a person.
        acceptance: Whether an agent has this call.
        answer: What the model answered; None if no answer came in time.
    """

    request: CallRequest
    caller: Caller = field(default_factory=Caller)
    at: datetime
    waited: int = 0
    acceptance: Acceptance = Acceptance.OPEN
    answer: ModelAnswer | None = None
