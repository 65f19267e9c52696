"""The values that the ledger takes and returns, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from broadcast.model.unknown import OnUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from broadcast.model.contact import Contact
    from broadcast.model.delivery import DeliveryState
    from broadcast.model.incident import Incident, Phase
    from broadcast.model.message import Message
    from broadcast.model.notice import Facts, NoticeKind
    from broadcast.model.outcome import Accepted, Thread
    from broadcast.model.plan import Planned
    from broadcast.model.question import NoticeQuestion
    from broadcast.model.suppression import Suppression
    from broadcast.model.work import WorkChange


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A rendered message and where it belongs: `template_audience` is the audience it is written for."""

    template_audience: str
    kind: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice to be recorded with everything it owes, in one transaction.

    Attributes:
        incident: Its state after this notice; its `id` is 0 if the notice opens it.
        facts: What all texts are made from.
        kind: The kind of notice.
        key: The idempotency key, if one was given.
        inputs_hash: A digest of what was typed; another one under the same key is refused.
        author: Who publishes it.
        texts: The rendered texts.
        deliveries: What is owed to people, and to channels that publish.
        latecomers: Owed only to those who were told of the incident by the time this is recorded. Between the
            preview of a resolve and the yes, another process may still announce the outage to more people.
        reserved: Whether the number of a new incident was reserved for this notice.
        kinds: The kind of text of every channel, by its name. Channels are renamed, and people may ask later
            what they were sent.
        question: What its receivers are asked to do, None if nothing.
        expires_at: When what could not be sent is given up; None if never.
        work: What the command asks of the clock for announced work; None leaves it as it was.
    """

    incident: Incident
    facts: Facts
    kind: NoticeKind
    key: str | None
    inputs_hash: str
    author: str
    texts: Sequence[NoticeText]
    deliveries: Iterable[Planned]
    latecomers: Iterable[Planned] = ()
    reserved: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)
    question: NoticeQuestion | None = None
    on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL
    expires_at: datetime | None = None
    work: WorkChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A recorded notice. Times are aware UTC datetimes.

    Attributes:
        id: Its number in this ledger.
        incident_id: The number of its incident.
        incident: The reference of its incident: `INC-7`.
        sequence: Its number within the incident, from 1.
        kind: The kind of notice.
        phase: The phase of the incident after it.
        facts: What all its texts were made from.
        key: The idempotency key, if one was given.
        inputs_hash: A digest of what was typed.
        author: Who published it.
        created_at: When it was recorded.
        next_update_at: The promise that it made, if any.
        finished_at: When its run was over; None as long as it is not.
        result: The result of its run as JSON.
        identity: Tells it from the notice of the same number in another ledger; None in old ledgers.
        incident_identity: The same for its incident.
        expires_at: When its texts are too old to be sent; None if never.
    """

    id: int
    incident_id: int
    incident: str
    sequence: int
    kind: NoticeKind
    phase: Phase
    facts: Facts
    key: str | None
    inputs_hash: str
    author: str
    created_at: datetime
    next_update_at: datetime | None
    finished_at: datetime | None
    result: str | None
    identity: str | None = None
    incident_identity: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery whose intent is on disk: its request may start within 5 seconds.

    Attributes:
        delivery: The number of the delivery.
        attempt: The number of this attempt.
        notice: The number of the notice.
        template_audience: The audience whose text it gets.
        locale: The language of the text.
        contact: The person; None for a channel that publishes.
        receiver: The id of the contact, or `channel:NAME`.
        route: The channels of its lane.
        step: The position in `route` of the channel to use now.
        attempts: How many requests were made on this channel, this one included.
        thread: What a follow-up hangs on at the provider, if there was an earlier message.
        started_at: When it was claimed.
        lookups: How often the provider was asked about this attempt.
        reason: Why the delivery is where it is.
        audience: The audience through which the person is told.
        page: Which page of an escalation it is, 0 for its first and for every other message.
    """

    delivery: int
    attempt: int
    notice: int
    template_audience: str
    locale: str
    contact: Contact | None
    receiver: str
    route: tuple[str, ...]
    step: int
    attempts: int
    thread: Thread | None
    started_at: datetime
    lookups: int = 0
    reason: str | None = None
    audience: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The outcome that claims share, and what follows for their deliveries.

    Attributes:
        claims: All at the same step of one route.
        state: The new state of the deliveries.
        outcome: The name of the outcome; None after a look-up that found out nothing.
        reason: Why it is that outcome.
        accepted: The provider's references, in the order of the claims; empty if it accepted none.
        step: The position in the route to continue with.
        not_before: When the deliveries fall due, in seconds since the epoch; infinite for "not in this run".
        suppressions: Addresses that must not be used again, going by the answer.
    """

    claims: Sequence[Claim]
    state: DeliveryState
    outcome: str | None = None
    reason: str | None = None
    accepted: Sequence[Accepted] = ()
    step: int = 0
    not_before: float = 0.0
    suppressions: Sequence[Suppression] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """Something that happened during a run, for the report; `detail` is prose."""

    at: datetime
    kind: str
    detail: str
    channel: str | None = None
    notice: int | None = None
    incident: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One delivery with its attempts in brief, for `log` and the report."""

    notice: int
    audience: str
    contact: str
    name: str
    channel: str
    phone: str | None
    email: str | None
    state: DeliveryState
    attempts: int
    ref: str | None
    reason: str | None
    route: tuple[str, ...]
    step: int
    updated_at: datetime
