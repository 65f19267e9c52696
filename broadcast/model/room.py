"""The answers to a message in a chat room, as they are shown below it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from broadcast.model.message import Message
from broadcast.model.question import NoticeQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAnswer:
    """One answer: `user` is the provider's id of who pressed a button, else `name` says who it was."""

    answer: str
    at: datetime
    user: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAnswers:
    """A message in a room with what people answered.

    Attributes:
        ref: The provider's id of the message.
        key: Our own reference of it.
        incident: The reference of its incident.
        sequence: The number of its notice.
        message: Its text, as it was sent.
        question: What it asks.
        answers: What people answered, the first answer first.
        open: Whether more answers are taken.
    """

    ref: str
    key: str
    incident: str
    sequence: int
    message: Message
    question: NoticeQuestion
    answers: tuple[RoomAnswer, ...]
    open: bool
