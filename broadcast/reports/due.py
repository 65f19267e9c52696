"""What readers were promised, by incident, and whether it is overdue. From the ledger alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import ProposalState
from broadcast.ledger.schedules import Schedule, ScheduleState
from broadcast.model.incident import Incident, Phase, Severity
from broadcast.model.moments import elapsed
from broadcast.model.promise import GRACE, PromiseVerdict, overdue
from broadcast.reports.analysis import summarise
from broadcast.reports.promises import promises
from broadcast.reports.proposals import open_proposals
from broadcast.reports.status import IncidentStatus, one

_REFUSED = ScheduleState.REFUSED


class DueKind(StrEnum):
    """What is due: an update, the beginning or the end of announced work, a scheduled notice, an approval."""

    UPDATE = "update"
    START = "start"
    END = "end"
    SCHEDULE = "schedule"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One promise to the readers of an incident, or a schedule that was not published in time.

    `notice` is the number of the notice that promised it, `answer` that of the update that came. `audiences`
    are those that were told of the incident. `late` is how late the update came, or is by now. A schedule has
    no `notice` (0), and no incident ("") if it was to open one; `schedule` is its number, and `detail` why it
    waits or was refused. A beginning or an end with a `schedule` is published by the clock.
    """

    incident: str
    title: str
    severity: Severity | None
    drill: bool
    kind: DueKind
    notice: int
    audiences: tuple[str, ...]
    due_at: datetime
    state: PromiseVerdict
    late: timedelta = timedelta()
    answer: int | None = None
    schedule: int | None = None
    detail: str = ""

    @property
    def open(self) -> bool:
        """Whether it still has to be kept."""
        return self.state in {PromiseVerdict.PENDING, PromiseVerdict.OVERDUE}


def due(ledger: Ledger, now: datetime, incident: str | None = None, *, past: bool = False) -> tuple[Due, ...]:
    """Return the promises that still have to be kept, and schedules that are late, the earliest first.

    Args:
        ledger: Where they are recorded.
        now: When they are judged.
        incident: The only incident to look at; None for all that are open.
        past: Return promises that were kept, or kept late, too, and those of closed incidents.

    Raises:
        UnknownIncident: There is no such incident.
    """
    incidents = ledger.incidents.all() if incident is None else [ledger.incidents.find(incident, closed=True)]
    chosen = [one for one in incidents if past or not one.phase.closed]
    refs = None if incident is None else {one.ref for one in chosen}
    found = [promise for one in chosen for promise in _of_incident(ledger, one, now)]
    found += _unpublished(ledger, refs, now)
    found += _undecided(ledger, refs, now)
    return tuple(sorted((one for one in found if past or one.open), key=lambda one: one.due_at))


def _of_incident(ledger: Ledger, incident: Incident, now: datetime) -> Iterator[Due]:
    status, audiences = one(ledger, incident.ref, now), tuple(ledger.history.audiences(incident))
    for promise in promises([summarise(ledger, each) for each in ledger.incidents.notices(incident)], now):
        latest = promise.notice == status.notices
        if latest and status.phase.closed:
            continue
        # An alarm takes no grace. A promise that a newer notice follows is judged as readers see it.
        ringing = latest and overdue(promise.due_at, now)
        yield Due(
            incident=status.ref,
            title=status.title,
            severity=status.severity,
            drill=status.drill,
            kind=DueKind.UPDATE,
            notice=promise.notice,
            audiences=audiences,
            due_at=promise.due_at,
            state=PromiseVerdict.OVERDUE if ringing else promise.verdict,
            late=elapsed(promise.due_at, now) if ringing else promise.late,
            answer=promise.answer,
        )
    yield from _work(ledger, status, audiences, now)


def _work(ledger: Ledger, status: IncidentStatus, audiences: tuple[str, ...], now: datetime) -> Iterator[Due]:
    """Yield the announced beginning or end of work that has not come yet."""
    kinds = {
        Phase.SCHEDULED: (DueKind.START, status.window_starts_at),
        Phase.IN_PROGRESS: (DueKind.END, status.window_ends_at),
    }
    kind, due_at = kinds.get(status.phase, (DueKind.UPDATE, None))
    if due_at is not None:
        stages = ledger.work.schedules(status.ref)
        by_itself = [
            one for one in stages if str(one.stage) == str(kind) and (one.open or one.state is _REFUSED)
        ]
        yield Due(
            incident=status.ref,
            title=status.title,
            severity=status.severity,
            drill=status.drill,
            kind=kind,
            notice=status.notices,
            audiences=audiences,
            due_at=due_at,
            state=PromiseVerdict.OVERDUE if status.late else PromiseVerdict.PENDING,
            late=elapsed(due_at, now) if status.late else timedelta(),
            schedule=by_itself[-1].id if by_itself else None,
        )


def _unpublished(ledger: Ledger, refs: Collection[str] | None, now: datetime) -> Iterator[Due]:
    """Yield the schedules that should have been published, of these incidents or of all and of none."""
    known = {one.ref: one for one in ledger.incidents.all()}
    for late in late_schedules(ledger, now):
        if refs is not None and late.incident not in refs:
            continue
        incident = known.get(late.incident or "")
        yield Due(
            incident=late.incident or "",
            title=incident.title if incident else str(late.typed("title") or ""),
            severity=incident.severity if incident else None,
            drill=incident.drill if incident else bool(late.typed("drill")),
            kind=DueKind.SCHEDULE,
            notice=0,
            audiences=tuple(ledger.history.audiences(incident)) if incident else (),
            due_at=late.due_at,
            state=PromiseVerdict.OVERDUE,
            late=elapsed(late.due_at, now),
            schedule=late.id,
            detail=late.detail,
        )


def _undecided(ledger: Ledger, refs: Collection[str] | None, now: datetime) -> Iterator[Due]:
    """Yield the proposals that somebody has to decide about, until when."""
    for waiting in open_proposals(ledger, now):
        proposal = waiting.proposal
        if proposal.state is not ProposalState.WAITING or (
            refs is not None and proposal.incident not in refs
        ):
            continue
        yield Due(
            incident=proposal.incident,
            title=proposal.title,
            severity=None,
            drill=bool(proposal.shown.get("drill")),
            kind=DueKind.APPROVAL,
            notice=proposal.sequence,
            audiences=tuple(name for name, _ in proposal.shown.get("audiences", ())),
            due_at=proposal.valid_until,
            state=PromiseVerdict.PENDING,
        )


def late_schedules(ledger: Ledger, now: datetime) -> list[Schedule]:
    """Return what the clock refused, and what it should have published by now.

    A crontab has a round a minute, so that a schedule without trouble is not late before.
    """
    return [
        one
        for one in ledger.schedules.unpublished(now)
        if not one.open or one.detail or overdue(one.due_at, now, GRACE)
    ]
