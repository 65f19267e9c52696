"""A call that we make, whose words our own routes say: what the provider is asked for, and what it knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundCall:
    """A call to make.

    Attributes:
        number: Whom to ring, in E.164.
        answered: The URL that says what the person hears.
        ended: The URL that is told how the call ended.
        seconds: How long it rings.
    """

    number: str = field(repr=False)
    answered: str
    ended: str
    seconds: int


class CallLife(StrEnum):
    """How far a call is, as its provider says."""

    RUNNING = "running"
    OVER = "over"
    MISSING = "missing"  # the provider certainly has no such call
    UNKNOWN = "unknown"  # the provider did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuestion:
    """Which call the provider is asked about: `ref` is its own id, "" if the answer to the dialling was lost.

    `elapsed` is how long ago it was asked to dial `number`, by our clock.
    """

    ref: str
    number: str = field(repr=False)
    elapsed: timedelta


@dataclass(frozen=True, slots=True)
class FoundCall:
    """What the provider knows of a call; `ref` is its id, "" if it has none."""

    life: CallLife
    ref: str = ""
