"""What a notice asks of its receivers, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CONFIRM = "confirm"  # the person acts on the notice
FORWARD = "pass-on"  # somebody else is to be asked, now
DECLINE = "decline"  # the person cannot
#: Answers by which a person does not act on the notice.
REFUSALS = frozenset({FORWARD, DECLINE})
_RANKS = {DECLINE: 0, FORWARD: 1}
_HIGHEST = 2  # a confirmation, or an option of a question


#: What people who are asked to approve a proposal are called where an audience is named.
APPROVERS = "approvers"
#: What the receiver of a post begins with: `channel:room`. People who answer in a room follow it:
#: `channel:room/U024BE7LH`, with the provider's id.
ROOM = "channel:"


def room_of(receiver: str) -> str:
    """Return the room in which somebody answered; the receiver itself if it is no person in a room."""
    return receiver.partition("/")[0] if receiver.startswith(ROOM) else receiver


def confirms(answer: str) -> bool:
    """Return whether an answer is a confirmation or an option, and neither "pass on" nor "cannot"."""
    return answer not in REFUSALS


def outranks(answer: str, other: str) -> bool:
    """Return whether an answer counts instead of an earlier one of the same person.

    People may change their mind towards confirming. The other way round, the messages to others that the
    confirmation cancelled would not come back.

    Example:
        >>> outranks(CONFIRM, DECLINE), outranks(DECLINE, CONFIRM)
        (True, False)
    """
    return _RANKS.get(answer, _HIGHEST) > _RANKS.get(other, _HIGHEST)


class AnswerMeans(StrEnum):
    """How an answer came."""

    KEY = "key"
    REPLY = "reply"
    LINK = "link"
    BUTTON = "button"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeQuestion:
    """What a notice asks.

    Attributes:
        text: The question; empty if the notice is only to be confirmed.
        options: The answers to choose from; empty if the notice is only to be confirmed.
        asked_at: When it was asked.
        answer_by: An answer after this time is late.
        wait: Seconds without an answer after which a receiver is told on the next channel of the lane.
        policy: The escalation policy that begins if somebody has not confirmed in time; None if none does.
        approves: It asks whether a proposal may be sent.
    """

    text: str = ""
    options: tuple[str, ...] = ()
    asked_at: datetime
    answer_by: datetime
    wait: float
    policy: str | None = None
    approves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalAnswer:
    """An answer of one person, as it is to be recorded.

    Attributes:
        answer: `confirm`, `pass-on`, `decline`, or one of the question's options.
        means: How it came.
        at: When it arrived.
        channel: The channel that it came by; None for the command.
        author: Who entered it: the person, or the user of the command.
        note: What was said beside it.
    """

    answer: str
    means: AnswerMeans
    at: datetime
    channel: str | None = None
    author: str = ""
    note: str = ""
