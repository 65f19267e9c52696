"""What reaches the state machine: one request of a call, with all that was looked up for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broadcast.hotline.caller import Caller
from broadcast.model.phone_call import CallRequest


class Acceptance(StrEnum):
    """Whether a person who was rung has pressed 1: our own row says so, never the result of the dialling.

    On the legs of a call-back it is about the customer: `OPEN` until they pressed 1, then `MINE`.
    """

    OPEN = "open"  # no agent has accepted the call
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
        caller: Who calls; on the legs of an agent, the caller whom they are rung for.
        at: When it arrived, in UTC.
        waited: The seconds since the caller asked for a person.
        acceptance: Whether an agent has this call.
        agent: The id of the agent whose leg this is; "" if it is not known.
        rung: The ids of the agents who were rung in this call, the first one first, as far as known.
        links_to_typed: How many SMS the hotline sent to the number that was typed, within the last day.
        answer: What the model answered; None if no answer came in time.
    """

    request: CallRequest
    caller: Caller = field(default_factory=Caller)
    at: datetime
    waited: int = 0
    acceptance: Acceptance = Acceptance.OPEN
    agent: str = ""
    rung: tuple[str, ...] = ()
    links_to_typed: int = 0
    answer: ModelAnswer | None = None
