"""What was said in a simulated call, and what became of the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from broadcast.hotline.effects import (
    Effect,
    EndCall,
    OpenTicket,
    Outcome,
    RequestCallBack,
    SendLink,
)

_Kind = TypeVar("_Kind", bound=Effect)

HOTLINE, CALLER, EVENT = "hotline", "caller", ""


class CallEnding(StrEnum):
    """Where a caller got to; of several the first one in this order counts."""

    HUMAN = "human"  # talked to an agent
    VOICEMAIL = "voicemail"  # left a message
    CALL_BACK = "callback"  # will be called back
    LINK = "link"  # gets an SMS
    HUNG_UP = "hung-up"  # left without any of these
    GOODBYE = "goodbye"  # the hotline said goodbye


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueLine:
    """One line: `who` is `hotline`, `caller`, the id of an agent, or "" for what happens without words.

    `at` are the seconds since the call began; `to` is the id of the agent who hears it, "" for the caller.
    """

    at: float
    who: str
    text: str = field(repr=False)
    to: str = ""


@dataclass(slots=True, kw_only=True)
class CallTranscript:
    """One call as it went.

    Attributes:
        begun: When it began, in UTC.
        lines: What was said.
        effects: What the hotline did beside speaking.
        steps: How often the caller got a new document.
        seconds: How long the call was.
        fact_after: The seconds until the first word about an incident, or that none is known; None if never.
        asked_after: The seconds until the caller was handed over; None if they were not.
        human_after: The seconds until they talked to an agent; None if they did not.
        human: The id of the agent who talked to the caller; "" if nobody did.
        swallowed: Whether the caller was connected to a phone that nobody had accepted with.
        hung_up: Whether the caller ended the call.
    """

    begun: datetime
    lines: list[DialogueLine] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0
    fact_after: float | None = None
    asked_after: float | None = None
    human_after: float | None = None
    human: str = ""
    swallowed: bool = False
    hung_up: bool = False

    @property
    def ending(self) -> CallEnding:
        """Where the caller got to."""
        if self.human:
            return CallEnding.HUMAN
        kinds = {
            OpenTicket: CallEnding.VOICEMAIL,
            RequestCallBack: CallEnding.CALL_BACK,
            SendLink: CallEnding.LINK,
        }
        found = next((ending for kind, ending in kinds.items() if self.of_kind(kind)), None)
        return found or (CallEnding.HUNG_UP if self.hung_up else CallEnding.GOODBYE)

    @property
    def outcome(self) -> Outcome:
        """What the ledger would say of the caller: the last outcome, except that of hanging up."""
        ends = [one.outcome for one in self.of_kind(EndCall)]
        return next((one for one in reversed(ends) if one is not Outcome.HUNG_UP), Outcome.HUNG_UP)

    @property
    def heard(self) -> str:
        """All words that the caller heard from the hotline."""
        return " ".join(one.text for one in self.lines if one.who == HOTLINE and not one.to)

    @property
    def texted(self) -> bool:
        """Whether an SMS is sent."""
        return bool(self.of_kind(SendLink))

    def of_kind(self, kind: type[_Kind]) -> list[_Kind]:
        """Return the effects of one kind."""
        return [effect for effect in self.effects if isinstance(effect, kind)]
