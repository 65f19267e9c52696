"""Retry: send the unsent messages of earlier notices. Safe at any time, and more than once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.channels.base import Adapter
from broadcast.dispatch.stop import Stop
from broadcast.errors import AmbiguousIncident, UnknownIncident, UsageError
from broadcast.ledger.choices import choose
from broadcast.ledger.records import Notice
from broadcast.model.incident import Incident
from broadcast.model.reach_level import ReachLevel
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.request import Limits
from broadcast.publishing.result import ExitStatus, Result


@dataclass(frozen=True, slots=True)
class Retried:
    """The result of every notice that had unsent messages, oldest first.

    `latest` is the result of the latest notice, with the worst exit code of all; None if no incident was
    given and none has unsent messages.
    """

    notices: tuple[Result, ...]
    latest: Result | None

    @property
    def exit_code(self) -> int:
        """The worst of all exit codes."""
        return self.latest.exit_code if self.latest else ExitStatus.OK


async def retry(deliverer: Deliverer, incident: str | None, limits: Limits, stop: Stop) -> Retried:
    """Send the unsent messages of an incident, or of every incident that has some, oldest notice first.

    Messages with unknown outcome are looked up at the provider before anything is sent again. The deadline
    is for all notices together, and an interrupted run begins no other notice. Raises `UnknownIncident`,
    `UsageError`, `ConfigError` and `Refused`, all before anything is sent.
    """
    deliverer.follow_targets()
    incidents = deliverer.ledger.incidents
    if incident is not None:
        return await _retry_incidents(deliverer, [incidents.find(incident)], limits, stop)
    waits = limits.until is not ReachLevel.ACCEPTED
    owing = [
        one for one in incidents.all() if _has_unsent(deliverer, one) or (waits and not one.phase.closed)
    ]
    return await _retry_incidents(deliverer, owing, limits, stop) if owing else _nothing_unsent(deliverer)


async def _retry_incidents(
    deliverer: Deliverer, incidents: Sequence[Incident], limits: Limits, stop: Stop
) -> Retried:
    begun = deliverer.clock.monotonic()
    notices = [one for incident in incidents for one in deliverer.ledger.incidents.notices(incident)]
    awaited = _awaited(deliverer, notices, limits)
    # For all notices at once: a missing secret must stop the retry before it has sent anything.
    for notice in notices:
        if deliverer.owes(notice):
            choose(deliverer.ledger.store, notice.id, limits.on_unknown)
    sent_only = replace(limits, until=ReachLevel.ACCEPTED)
    own = {one.id: limits if one.id in awaited else sent_only for one in notices}
    adapters = {
        one.id: deliverer.needed_until(one, own[one.id].until)
        for one in notices
        if deliverer.owes(one) or one.id in awaited
    }
    worked: list[Result] = []
    results: list[Result] = []
    for notice in notices:
        interrupted = any(result.exit_code == ExitStatus.INTERRUPTED for result in worked)
        if interrupted or notice.id not in adapters:
            results.append(deliverer.standing(notice))
            continue
        left = _rest_of(own[notice.id], deliverer.clock.monotonic() - begun)
        worked.append(await _finish(deliverer, notice, left, adapters[notice.id], stop))
        results.append(worked[-1])
    changed = any(result.changed for result in results)
    # A failure of an older notice does not count any more, unless this retry worked on that notice.
    worst = max((result.exit_code for result in (*worked, *results[-1:])), default=0)
    return Retried(tuple(worked), replace(results[-1], changed=changed, exit_code=worst))


def _nothing_unsent(deliverer: Deliverer) -> Retried:
    """Return the present result of the only incident that can be meant, if there is one."""
    incidents = deliverer.ledger.incidents
    try:
        notices = incidents.notices(incidents.find(None, closed=True))
    except (AmbiguousIncident, UnknownIncident):
        return Retried((), None)
    latest = deliverer.standing(notices[-1])
    return Retried((), replace(latest, exit_code=int(ExitStatus.OK)))


def _has_unsent(deliverer: Deliverer, incident: Incident) -> bool:
    return any(deliverer.owes(notice) for notice in deliverer.ledger.incidents.notices(incident))


def _awaited(deliverer: Deliverer, notices: Sequence[Notice], limits: Limits) -> frozenset[int]:
    """Return the notices to wait for: of each incident the latest, or the latest that asks for an answer.

    Raises `UsageError` if none asks for one.
    """
    if limits.until is ReachLevel.ACCEPTED:
        return frozenset()
    confirmed = limits.until is ReachLevel.CONFIRMED
    able = [
        one for one in notices if not confirmed or deliverer.ledger.confirmations.question(one.id) is not None
    ]
    if confirmed and not able:
        refs = ", ".join(dict.fromkeys(one.incident for one in notices))
        raise UsageError(
            f"no notice of {refs} asks for a confirmation, so there is nothing to wait for",
            hint='ask with a new one: broadcast update INC --until confirmed -m "..."; or --until delivered',
        )
    return frozenset({one.incident_id: one.id for one in able}.values())


def _rest_of(limits: Limits, spent: float) -> Limits:
    """Return the limits for the rest of the retry, after `spent` seconds."""
    return limits if limits.deadline is None else replace(limits, deadline=max(0.0, limits.deadline - spent))


async def _finish(
    deliverer: Deliverer, notice: Notice, limits: Limits, adapters: Mapping[str, Adapter], stop: Stop
) -> Result:
    before = deliverer.standing(notice)
    after = await deliverer.deliver(notice, limits, adapters, stop)
    changed = (before.counts, before.channels) != (after.counts, after.channels)
    return replace(after, changed=changed)
