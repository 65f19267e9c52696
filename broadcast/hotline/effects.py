"""What a step of a call does beside speaking.

An effect is recorded under the id of the call, the number of the step and its own kind before it is done. The
same request again records nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeAlias

from broadcast.hotline.call_state import Topic


class Outcome(StrEnum):
    """What became of a caller."""

    INFORMED = "informed"  # heard the status, and asked for no person
    HUMAN = "human"  # spoke to a person
    VOICEMAIL = "voicemail"  # left a message
    CALL_BACK = "call-back"  # will be called back
    UNREACHED = "unreached"  # a call-back did not reach the customer
    UNHEARD = "unheard"  # wanted a person, got none, and left no message
    HUNG_UP = "hung-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the caller pressed or said, and how it was understood: one turn of the call.

    `pressed` is empty if a phone number was typed.
    """

    kind: ClassVar[str] = "heard"
    pressed: str = ""
    said: str = field(default="", repr=False)
    intent: str = ""
    frustration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLink:
    """Send an SMS with the link and the contact points that work; `number` is in E.164."""

    kind: ClassVar[str] = "link"
    number: str = field(repr=False)
    locale: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCallBack:
    """Call `number` back; the request keeps the caller's place in the queue.

    A later request of the same call corrects the number, as long as nobody has taken the call-back.
    """

    kind: ClassVar[str] = "call-back"
    number: str = field(repr=False)
    locale: str
    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """Record that the caller left a message; `recording` is the provider's address of it."""

    kind: ClassVar[str] = "ticket"
    recording: str = field(repr=False)
    seconds: int
    locale: str
    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMessages:
    """Suppress the caller's number."""

    kind: ClassVar[str] = "stop"
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginHandOver:
    """The caller wants or needs a person."""

    kind: ClassVar[str] = "hand-over"
    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent:
    """An agent is rung; `agent` is the id of the person."""

    kind: ClassVar[str] = "ring"
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptCall:
    """An agent pressed 1: the first of a call wins.

    The row is written before the answer. If another agent was first, decide again with `Acceptance.TAKEN`.
    """

    kind: ClassVar[str] = "accept"
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReached:
    """The customer of a call-back pressed 1, so that no mailbox is connected."""

    kind: ClassVar[str] = "reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLookedUp:
    """What a look-up of the caller came to, and how long it took; `name` is masked."""

    kind: ClassVar[str] = "customer"
    source: str
    result: str
    ms: int
    name: str = ""
    language: str = ""
    vip: bool = False
    order: bool = False
    ticket: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskModel:
    """Ask the model which of our sentences answer a question."""

    kind: ClassVar[str] = "question"
    question: str = field(repr=False)
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAsked:
    """What the model answered: the evidence of one turn.

    Attributes:
        result: What came of it; `answered` if sentences were said.
        model: Its name.
        ms: How long it took.
        sentences: The ids of our sentences that were said.
        facts: The incidents whose sentences were offered, each with the time of its notice.
        spoken: The sentences in our words.
        question: What was asked, without addresses; "" if it is not kept.
        reason: Why it failed.
    """

    kind: ClassVar[str] = "answer"
    result: str
    model: str
    ms: int
    sentences: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    spoken: str = ""
    question: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The caller rated the call, from 1 to 5."""

    kind: ClassVar[str] = "rating"
    rating: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """The call is over, or nothing that follows changes its outcome. `HUNG_UP` replaces no other outcome."""

    kind: ClassVar[str] = "end"
    outcome: Outcome


Effect: TypeAlias = (
    Heard
    | SendLink
    | RequestCallBack
    | OpenTicket
    | StopMessages
    | BeginHandOver
    | RingAgent
    | AcceptCall
    | CallerReached
    | CallerLookedUp
    | AskModel
    | ModelAsked
    | Rate
    | EndCall
)
