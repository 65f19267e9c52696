"""A delivery, its states, and the one table of transitions between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcast.model.incident import Phase, Severity
from broadcast.model.message import Message
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Thread


class DeliveryState(StrEnum):
    """How far one message owed to one contact has come."""

    PLANNED = "planned"  # on disk, not claimed
    HELD = "held"  # not sent; waits for `retry`
    SENDING = "sending"  # intent on disk, the request may be out
    ACCEPTED = "accepted"  # the provider took it
    DELIVERED = "delivered"  # the provider says it arrived
    CONFIRMED = "confirmed"  # the person says so
    UNKNOWN = "unknown"  # the answer was lost; to be looked up
    FAILED = "failed"  # every way was refused for good
    SUPPRESSED = "suppressed"  # must not be sent
    EXPIRED = "expired"  # too old to be true
    CANCELLED = "cancelled"  # a newer notice stands in its place


_S = DeliveryState
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.PLANNED: frozenset({_S.SENDING, _S.HELD, _S.FAILED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED}),
    _S.HELD: frozenset({_S.PLANNED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.ACCEPTED, _S.PLANNED, _S.HELD, _S.UNKNOWN, _S.FAILED}),
    _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.PLANNED, _S.HELD, _S.FAILED, _S.DELIVERED}),
    _S.ACCEPTED: frozenset({_S.DELIVERED, _S.CONFIRMED, _S.FAILED, _S.PLANNED}),
    _S.DELIVERED: frozenset({_S.CONFIRMED}),
    _S.CONFIRMED: frozenset(),
    _S.FAILED: frozenset(),
    _S.SUPPRESSED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}

REACHED = frozenset({_S.ACCEPTED, _S.DELIVERED, _S.CONFIRMED})
#: Still owed: a run that leaves one of these can be continued by `retry`.
OPEN = frozenset({_S.PLANNED, _S.HELD, _S.SENDING, _S.UNKNOWN})
#: The person was, or may have been, told: a resolve is owed to them.
POSSIBLY_TOLD = REACHED | {_S.SENDING, _S.UNKNOWN}


def may_become(state: DeliveryState, other: DeliveryState) -> bool:
    """Whether the table allows a delivery to go from `state` to `other`."""
    return other in TRANSITIONS[state]


@dataclass(frozen=True, slots=True)
class Headline:
    """The facts of a notice that structured channels (status pages) take apart from its text.

    `services` are (display name, component id or empty). Times are aware datetimes in the
    organisation's timezone. `window_ends` is when announced maintenance is to be over.
    """

    incident: str
    sequence: int
    title: str
    kind: NoticeKind
    phase: Phase
    severity: Severity
    drill: bool
    organisation: str
    services: tuple[tuple[str, str], ...]
    as_of: datetime
    started: datetime
    ended: datetime | None = None
    next_update: datetime | None = None
    link: str | None = None
    hotline: str | None = None
    window_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to hand to a provider.

    `key` is the deterministic reference, the same for every attempt. `thread` is what this person or
    page was told before on this channel. `translations` are the other languages' texts where the
    adapter's capabilities ask for them.
    """

    key: str
    message: Message
    headline: Headline
    address: str | None = None
    name: str = ""
    thread: Thread | None = None
    translations: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempted:
    """An earlier attempt whose answer was lost, for the provider to be asked about."""

    outgoing: Outgoing
    started_at: datetime
