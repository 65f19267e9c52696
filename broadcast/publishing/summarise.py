"""Summarise a notice: read its result from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from broadcast.dispatch.progress import Ending
from broadcast.ledger.counts import Counts, DeliveryCount, Failover, counts, counts_of_channel
from broadcast.ledger.history import ChannelAttempts, History
from broadcast.ledger.records import Notice
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Phase
from broadcast.model.notice import NoticeKind
from broadcast.model.reach_level import ReachLevel
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.result import (
    ChannelResult,
    ExitStatus,
    FailoverResult,
    Result,
    exit_status,
)

#: The next command for maintenance, by its phase.
_WORK = {Phase.SCHEDULED: "maintenance start {incident}", Phase.IN_PROGRESS: "maintenance end {incident}"}


def summarise(
    notice: Notice, ending: Ending, history: History, channels: Mapping[str, PlannedChannel]
) -> Result:
    """Return the present result of a notice; `ending` says why the run ended."""
    entries = history.delivery_counts(notice.id)
    attempts = history.attempts(notice.id)
    failovers = history.failovers(notice.id)
    status = exit_status(entries, ending)
    owed = notice.phase.closed or notice.kind is NoticeKind.RETRACTION
    if status is ExitStatus.NOTHING_ACCEPTED and owed and not attempts:
        status = ExitStatus.PARTIAL  # nothing was attempted: the end could not be sent to people it is for
    threads = history.threads(notice.incident_id)
    return Result(
        incident=notice.incident,
        notice=notice.sequence,
        kind=notice.kind,
        phase=notice.phase,
        drill=notice.facts.drill,
        key=notice.key,
        replayed=False,
        changed=True,
        exit_code=int(status),
        sent_anything=any(attempt.left for attempt in attempts),
        counts=counts(entries),
        channels=tuple(
            _channels(entries, attempts, failovers, channels, threads, history.held_reasons(notice.id))
        ),
        failovers=tuple(
            FailoverResult(f.origin, f.destination, f.count, f.reason)
            for f in failovers
            if not f.returns_to(f.destination)
        ),
        next_update=notice.facts.next_update.isoformat() if notice.facts.next_update else None,
        next=_next(notice, status),
    )


def undelivered(entries: Sequence[DeliveryCount], channels: Mapping[str, PlannedChannel]) -> int:
    """Return how many required messages to people are accepted, but not known to have arrived.

    What a channel publishes has arrived once it is accepted.
    """
    published = {name for name, channel in channels.items() if channel.capabilities.publishes}
    return sum(
        entry.count
        for entry in entries
        if entry.required and entry.state is DeliveryState.ACCEPTED and entry.channel not in published
    )


def after_wait(result: Result, until: ReachLevel, missing: int) -> Result:
    """Return the result of a run that waited; it is worse if so many messages are not at the level."""
    done = result.exit_code == ExitStatus.OK
    if not done or not missing:
        return replace(result, until=until, reached=done)
    again = f"retry {result.incident} --until {until}"
    return replace(
        result,
        until=until,
        reached=False,
        exit_code=int(ExitStatus.UNKNOWN),
        next=(again, *result.next),
    )


def _channels(
    entries: Sequence[DeliveryCount],
    attempts: Sequence[ChannelAttempts],
    failovers: Sequence[Failover],
    channels: Mapping[str, PlannedChannel],
    threads: Mapping[str, tuple[str, str]],
    held: Mapping[str, str],
) -> list[ChannelResult]:
    tried = {attempt.channel: attempt for attempt in attempts}
    origins = [failover.origin for failover in failovers]
    names = dict.fromkeys([*tried, *origins, *(entry.channel for entry in entries)])
    results = []
    for name in names:
        if not name:
            continue
        standing = counts_of_channel(name, entries, failovers)
        attempt = tried.get(name)
        root, last = threads.get(name, (None, None))
        reasons = [failover.reason for failover in failovers if failover.origin == name]
        state = _state(standing)
        reason = (attempt.reason if attempt else None) or next(iter(reasons), held.get(name))
        results.append(
            ChannelResult(
                name=name,
                adapter=channels[name].adapter if name in channels else "",
                state=state,
                counts=standing,
                ref=last,
                thread=root,
                attempts=attempt.attempts if attempt else 0,
                reason=None if state == "ok" else reason,
            )
        )
    return results


def _state(standing: Counts) -> str:
    if not standing.planned:
        return "unused"
    if standing.accepted == standing.planned - standing.suppressed:
        return "ok"
    if standing.accepted:
        return "partial"
    for name in ("unknown", "held"):
        if getattr(standing, name):
            return name
    return "failed" if standing.failed else "unused"


def _next(notice: Notice, status: ExitStatus) -> tuple[str, ...]:
    """Return the commands to type next, without the name of the program."""
    incident = notice.incident
    advice = []
    if status in {
        ExitStatus.PARTIAL,
        ExitStatus.NOTHING_ACCEPTED,
        ExitStatus.DEADLINE,
        ExitStatus.UNKNOWN,
        ExitStatus.INTERRUPTED,
    }:
        advice.append(f"retry {incident}")
    if status is ExitStatus.UNKNOWN:
        # If the provider cannot be asked, a retry learns nothing new; a person must look there, or decide.
        advice.append(f"resolve-unknown {incident} --as not-sent --dry-run")
        advice.append(f"retry {incident} --on-unknown resend")
    if notice.phase.closed:
        advice.append(f"report {incident}")
    elif notice.facts.next_update:
        advice.append(f'update {incident} -m "..." --next-update 30m')
    else:
        advice.append(_WORK.get(notice.phase, 'resolve {incident} -m "..."').format(incident=incident))
    advice.append(f"log {incident}")
    return tuple(advice)
