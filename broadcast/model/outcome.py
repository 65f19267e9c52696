"""What a provider's answer means: a closed set. An adapter returns these and decides nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from broadcast.model.suppression import SuppressionReason


@dataclass(frozen=True, slots=True)
class Thread:
    """Provider references that a follow-up hangs on: the first message and the latest one."""

    root: str
    last: str


class Scope(StrEnum):
    """Whom a rejection concerns."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it and gave `ref` for it. `detail` says so where that was inferred.

    `warning` is for the person who sent it: the text is out, but something beside it could not be done.
    """

    ref: str
    thread: Thread | None = None
    detail: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider said no for good. `code` is the provider's own.

    `suppress` is why the address must not be used again, where the answer says so.
    """

    reason: str
    scope: Scope
    code: str | None = None
    suppress: SuppressionReason | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly was not processed: refused connection, DNS, TLS, 429. `retry_after` is in seconds."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say: a timeout or a reset after sending, a 5xx, a 2xx without the provider's id."""

    reason: str


Outcome: TypeAlias = Accepted | Rejected | NotSent | Unknown


class Health(StrEnum):
    """What a probe found."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    DEGRADED = "degraded"


@dataclass(frozen=True, slots=True)
class Probe:
    """A channel's answer to "would you work?"; `detail` is one line, without secrets.

    `ahead` is how far our clock is ahead of the provider's, as far as its answer proves it.
    """

    health: Health
    detail: str = ""
    ahead: timedelta = timedelta()
