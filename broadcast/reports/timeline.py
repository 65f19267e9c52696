"""The timeline of an incident, from its facts, notices and events. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from broadcast.ledger.answers import NoticeAnswers
from broadcast.ledger.counts import Counts, Failover
from broadcast.ledger.history import ChannelReach
from broadcast.ledger.records import LedgerEvent, Notice, NoticeText
from broadcast.model.incident import Incident, Phase, Severity
from broadcast.model.question import NoticeQuestion
from broadcast.model.redaction import mask_addresses


class Moment(StrEnum):
    """The kinds of rows in a timeline, in the order that they have at the same moment."""

    STARTED = "started"
    DETECTED = "detected"
    OPENED = "opened"
    ENDED = "ended"
    NOTICE = "notice"
    PHASE = "phase"
    SEVERITY = "severity"
    BREAKER = "breaker"
    FAILOVER = "failover"
    RECOVERY = "recovery"
    ACCEPTED = "accepted"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One thing that happened, at `at` (UTC).

    `subject` is the value it is about (a phase, a severity, a kind of notice, the channel that stepped in),
    `detail` is prose of the engine or of a provider, `count` a number of messages.
    """

    at: datetime
    moment: Moment
    notice: int | None = None
    channel: str | None = None
    subject: str | None = None
    detail: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSummary:
    """One notice: its texts, and its results on each channel.

    `delivered` has, by channel, how many messages arrived as its provider says; `counts` where the messages
    of each channel stand. `answers` are those of its receivers, None if it asks nothing.
    """

    notice: Notice
    texts: tuple[NoticeText, ...]
    reach: tuple[ChannelReach, ...]
    failovers: tuple[Failover, ...]
    delivered: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Counts] = field(default_factory=dict)
    question: NoticeQuestion | None = None
    answers: NoticeAnswers | None = None

    @property
    def number(self) -> int:
        """The notice's place among the incident's notices, from 1."""
        return self.notice.sequence

    @property
    def accepted_at(self) -> datetime | None:
        """When the first provider accepted it."""
        return min((reach.accepted_at for reach in self.reach if reach.accepted_at), default=None)


@dataclass(frozen=True, slots=True)
class StateChange:
    """A new phase or severity of an incident, and the notice that stated it."""

    at: datetime
    notice: int
    value: Phase | Severity


def timeline(
    incident: Incident, chapters: Sequence[NoticeSummary], events: Sequence[LedgerEvent]
) -> tuple[TimelineRow, ...]:
    """Return everything that happened, oldest first."""
    order = list(Moment)
    rows = [
        *_facts(incident, stated_end(chapters)),
        *(row for chapter in chapters for row in _chapter(chapter)),
        *_changes(chapters),
        *_events(chapters, events),
        *(row for chapter in chapters for row in _failovers(chapter)),
    ]
    return tuple(sorted(rows, key=lambda row: (row.at, order.index(row.moment), row.notice or 0)))


def severities(chapters: Sequence[NoticeSummary]) -> tuple[StateChange, ...]:
    """Return the severity at first, and every change of it."""
    changes = (StateChange(c.notice.created_at, c.number, c.notice.facts.severity) for c in chapters)
    return _first_of_each_run(changes)


def phases(chapters: Sequence[NoticeSummary]) -> tuple[StateChange, ...]:
    """Return the phase at first, and every change of it."""
    return _first_of_each_run(StateChange(c.notice.created_at, c.number, c.notice.phase) for c in chapters)


def _first_of_each_run(changes: Iterator[StateChange]) -> tuple[StateChange, ...]:
    return tuple(next(run) for _, run in groupby(changes, key=attrgetter("value")))


def stated_end(chapters: Sequence[NoticeSummary]) -> datetime | None:
    """Return the end that the latest notice states; None if it states none or the incident is not over."""
    return chapters[-1].notice.facts.ended if chapters else None


def _facts(incident: Incident, ended: datetime | None) -> Iterator[TimelineRow]:
    known = (
        (incident.started_at, Moment.STARTED),
        (incident.detected_at, Moment.DETECTED),
        (incident.opened_at, Moment.OPENED),
        (ended, Moment.ENDED),
    )
    for at, moment in known:
        if at is not None:
            yield TimelineRow(at=at, moment=moment)


def _chapter(chapter: NoticeSummary) -> Iterator[TimelineRow]:
    at = chapter.notice.created_at
    kind = chapter.notice.kind
    yield TimelineRow(
        at=at, moment=Moment.NOTICE, notice=chapter.number, subject=kind, count=len(chapter.texts)
    )
    for reach in chapter.reach:
        if (first := reach.accepted_at) is not None:
            yield TimelineRow(
                at=first,
                moment=Moment.ACCEPTED,
                notice=chapter.number,
                channel=reach.channel,
                count=reach.accepted,
            )


def _changes(chapters: Sequence[NoticeSummary]) -> Iterator[TimelineRow]:
    changed = [
        *((Moment.PHASE, change) for change in phases(chapters)),
        *((Moment.SEVERITY, change) for change in severities(chapters)),
    ]
    for moment, change in changed:
        yield TimelineRow(at=change.at, moment=moment, notice=change.notice, subject=change.value)


def _failovers(chapter: NoticeSummary) -> Iterator[TimelineRow]:
    """Yield one row for each change of channel, with its most frequent reason."""
    hops: dict[tuple[str, str], list[Failover]] = {}
    for failover in chapter.failovers:
        hops.setdefault((failover.origin, failover.destination), []).append(failover)
    for (origin, destination), failovers in hops.items():
        reason = max(failovers, key=attrgetter("count")).reason
        yield TimelineRow(
            at=min(failover.first_at for failover in failovers),
            moment=Moment.FAILOVER,
            notice=chapter.number,
            channel=origin,
            subject=destination,
            detail=reason and mask_addresses(reason),
            count=sum(failover.count for failover in failovers),
        )


def _events(chapters: Sequence[NoticeSummary], events: Sequence[LedgerEvent]) -> Iterator[TimelineRow]:
    numbers = {chapter.notice.id: chapter.number for chapter in chapters}
    counted = {(chapter.notice.id, one.origin) for chapter in chapters for one in chapter.failovers}
    for event in events:
        moment = Moment(event.kind) if event.kind in _EVENTS else Moment.OTHER
        if moment is Moment.FAILOVER and (event.notice, event.channel) in counted:
            continue
        yield TimelineRow(
            at=event.at,
            moment=moment,
            notice=numbers.get(event.notice or 0),
            channel=event.channel,
            subject=event.kind if moment is Moment.OTHER else None,
            detail=mask_addresses(_why(event) if moment in _WHY_LEFT else event.detail),
        )


def _why(event: LedgerEvent) -> str:
    """Return the reason in a note of the form `what: why`; the kind of the event says what happened."""
    return event.detail.partition(": ")[2] or event.detail


_WHY_LEFT = (Moment.BREAKER, Moment.FAILOVER)
_EVENTS = (Moment.BREAKER, Moment.FAILOVER, Moment.RECOVERY)
