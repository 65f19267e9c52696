"""What goes into the ledger and what comes out of it, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A rendered message and where it belongs: `template_audience` is the audience it is written for."""

    template_audience: str
    kind: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice to be recorded with everything it owes, in one transaction.

    `incident` carries the state after this notice; its `id` is 0 if the notice opens it. `latecomers` are
    owed it only if they were told of the incident by the time this is recorded: while somebody looks at a
    resolve and says yes, another process may still be telling people that there is an outage. `reserved` says
    that the number of a new incident was reserved for this notice. `kinds` has the kind of text of every
    channel, by its name: channels are renamed, and people may ask later what they were sent. `question` is
    what its receivers are asked to do, None if nothing.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as the ledger has it; `result` is the stored JSON of its finished run.

    `identity` and `incident_identity` tell it and its incident from those of the same number in another
    ledger; None if they were recorded before that was kept.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery whose intent is on disk: the request may now be made."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of claims that share one fate, and where their deliveries stand now.

    All are at the same step of one route; `step` is the one to continue with. `accepted` are the provider's
    references for them, in their order; empty if it accepted none. `outcome` is None after a look-up that
    learnt nothing. `suppressions` are addresses that must not be used again, going by the answer.
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
    """Something that happened and belongs in the story; `detail` is prose."""

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
