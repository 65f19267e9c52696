"""The state of every incident, from the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from broadcast.config.settings import Settings
from broadcast.errors import ConfigError
from broadcast.ledger.answers import NoticeAnswers, answers_to
from broadcast.ledger.call_counts import CallCounts
from broadcast.ledger.counts import Counts, StillOwed, counts
from broadcast.ledger.inbox import OPT_OUT
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.unknown_messages import UnknownMessage, unknown_messages
from broadcast.model.channel import Idempotency
from broadcast.model.incident import Incident, Phase, Severity
from broadcast.model.notice import NoticeKind
from broadcast.model.promise import overdue
from broadcast.reports.calls import calls_while_open
from broadcast.reports.escalations import EscalationStatus, escalations


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStatus:
    """The state of one incident: `counts` of its latest notice, `owed` and `unknown_messages` of all.

    `started_at` is its start, None if not known; `window_starts_at` and `window_ends_at` are the announced
    window of maintenance. `overdue` means that a promised update is late, `late` that announced work should
    have begun by now or, once it has begun, should be over. `reopened_at` is when an all-clear was withdrawn,
    None once it is over or if none was. `answers` says who confirmed the latest notice that asks for it, None
    if none does or the incident is over. `channels` are the counts of the latest notice by channel.
    `calls` counts the calls of people while it was open. `opted_out` has a line for each person on duty who
    sent STOP meanwhile, or START after that.
    """

    ref: str
    title: str
    phase: Phase
    severity: Severity
    drill: bool
    services: tuple[str, ...]
    started_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    next_update_at: datetime | None
    window_starts_at: datetime | None
    window_ends_at: datetime | None
    overdue: bool
    late: bool
    notices: int
    counts: Counts
    owed: tuple[StillOwed, ...] = ()
    reopened_at: datetime | None = None
    unknown_messages: tuple[UnknownMessage, ...] = ()
    answers: NoticeAnswers | None = None
    channels: Mapping[str, Counts] = field(default_factory=dict)
    escalations: tuple[EscalationStatus, ...] = ()
    opted_out: tuple[str, ...] = ()
    calls: CallCounts = field(default_factory=CallCounts)

    @property
    def owing(self) -> bool:
        """Whether a person may still be waiting for the latest notice."""
        return bool(self.owed or self.counts.unknown or self.unknown_messages)


def overview(ledger: Ledger, now: datetime) -> tuple[IncidentStatus, ...]:
    """Return every incident, oldest first."""
    return tuple(_status(ledger, incident, now) for incident in ledger.incidents.all())


def one(ledger: Ledger, ref: str, now: datetime) -> IncidentStatus:
    """Return the incident named `ref`; raises `UnknownIncident`."""
    return _status(ledger, ledger.incidents.find(ref), now)


def _status(ledger: Ledger, incident: Incident, now: datetime) -> IncidentStatus:
    latest = ledger.incidents.latest(incident)
    notices = [] if incident.phase.closed else ledger.incidents.notices(incident)
    promised, ends = incident.next_update_at, _window_ends(incident, notices)
    awaited = {Phase.SCHEDULED: incident.window_starts_at, Phase.IN_PROGRESS: ends}.get(incident.phase)
    return IncidentStatus(
        ref=incident.ref,
        title=incident.title,
        phase=incident.phase,
        severity=incident.severity,
        drill=incident.drill,
        services=tuple(service.key for service in incident.services),
        started_at=incident.started_at,
        window_starts_at=incident.window_starts_at,
        window_ends_at=ends,
        late=overdue(awaited, now),
        opened_at=incident.opened_at,
        ended_at=incident.ended_at,
        next_update_at=promised,
        overdue=not incident.phase.closed and overdue(promised, now),
        notices=latest[1] if latest else 0,
        counts=counts(ledger.history.delivery_counts(latest[0])) if latest else Counts(),
        channels=ledger.history.counts_by_channel(latest[0]) if latest else {},
        escalations=escalations(ledger, incident, now),
        calls=calls_while_open(ledger, incident, now),
        opted_out=tuple(each.detail for each in ledger.history.events(incident) if each.kind == OPT_OUT),
        owed=ledger.history.still_owed(incident),
        unknown_messages=tuple(unknown_messages(ledger.store, incident)),
        answers=next(filter(None, (answers_to(ledger, one.id) for one in reversed(notices))), None),
        reopened_at=next((one.created_at for one in reversed(notices) if is_reopening(one)), None),
    )


def is_reopening(notice: Notice) -> bool:
    """Return whether a notice withdrew an all-clear, so that the incident was open again."""
    return notice.kind is NoticeKind.RETRACTION and not notice.phase.closed


def _window_ends(incident: Incident, notices: Sequence[Notice]) -> datetime | None:
    """Return the announced end; only maintenance has one."""
    ends = notices[-1].facts.window_ends if notices and incident.phase.maintenance else None
    return ends and ends.astimezone(UTC)


def can_be_asked(settings: Settings, channel: str) -> bool:
    """Return whether the channel's provider can be asked (look-up); False if no longer configured."""
    from broadcast.channels import registry
    from broadcast.channels.base import Reconciles

    if channel not in settings.channels:
        return False
    configured = settings.channels[channel]
    try:
        if issubclass(registry.adapter_for(configured), Reconciles):
            return True
        return registry.capabilities_of(configured).idempotency is Idempotency.LOOKUP
    except ConfigError:
        return False
