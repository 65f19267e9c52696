"""The meaning of a provider's answer, as a closed set of outcomes.

An adapter returns one of these and decides nothing else. The engine decides what follows:

    Accepted   the provider has the message: done
    Rejected   refused for good: next channel of the lane
    NotSent    certainly not processed: may be sent again
    Unknown    may have been processed: look it up, never simply send it again
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from broadcast.model.suppression import SuppressionReason


@dataclass(frozen=True, slots=True)
class Thread:
    """The provider's references that a later notice replies to.

    Attributes:
        root: The id of the first message.
        last: The id of the latest message; for the first message both are its own.

    Example:
        >>> Thread(before.root, "1700000002") if before else Thread("1700000001", "1700000001")
    """

    root: str
    last: str


class Scope(StrEnum):
    """What a rejection concerns, and so who takes another way."""

    RECIPIENT = "recipient"  # this person: a wrong number, a full mailbox
    MESSAGE = "message"  # this text, for everybody: too long, a forbidden word
    CHANNEL = "channel"  # everything sent here: a wrong key, a closed account


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has the message.

    Attributes:
        ref: The provider's id of the message.
        thread: The references that a later notice replies to; None if the channel has no threads.
        detail: How we know it, if that was concluded and not answered.
        warning: For the person who sent it: the text is published, but something beside it failed.

    Example:
        >>> Accepted("SM4f1c", thread=None)
    """

    ref: str
    thread: Thread | None = None
    detail: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider refused the message for good.

    Attributes:
        reason: One line for people, without secrets.
        scope: What the refusal concerns.
        code: The provider's own code.
        suppress: Why the address must not be used again, if the answer says so.

    Example:
        >>> Rejected("not a mobile number", Scope.RECIPIENT, code="21614")
    """

    reason: str
    scope: Scope
    code: str | None = None
    suppress: SuppressionReason | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The message was certainly not processed: connection refused, DNS, TLS, HTTP 429.

    Attributes:
        reason: One line for people, without secrets.
        retry_after: Seconds to wait before the next attempt; None if the provider names no time.

    Example:
        >>> NotSent("HTTP 429", retry_after=30.0)
    """

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may have been processed: a timeout or reset after sending, HTTP 5xx, or no id.

    Attributes:
        reason: One line for people, without secrets.

    Example:
        >>> Unknown("no answer within 30 s")
    """

    reason: str


Outcome: TypeAlias = Accepted | Rejected | NotSent | Unknown


class Health(StrEnum):
    """The result of a probe."""

    OK = "ok"
    UNREACHABLE = "unreachable"  # no answer, or the provider fails
    UNAUTHORISED = "unauthorised"  # the credentials are refused
    DEGRADED = "degraded"  # it answers, but messages may not get through


@dataclass(frozen=True, slots=True)
class Probe:
    """The answer of a channel that was checked without sending a message.

    Attributes:
        health: The result.
        detail: One line for people, without secrets.
        ahead: How far our clock is ahead of the provider's, as far as the answer proves it.

    Example:
        >>> Probe(Health.UNAUTHORISED, "HTTP 401: the key is not valid")
    """

    health: Health
    detail: str = ""
    ahead: timedelta = timedelta()
