"""Retrying: finish what an incident's notices still owe. Safe to run at any time, and twice."""

from __future__ import annotations

from dataclasses import replace

from broadcast.errors import AmbiguousIncident
from broadcast.ledger.records import Notice
from broadcast.operations.deliver import Delivery
from broadcast.operations.request import Limits
from broadcast.operations.result import ExitStatus, Result


def retry(delivery: Delivery, incident: str | None, limits: Limits) -> Result:
    """Finish the notices of an incident, oldest first; the result is the latest notice's.

    Without `incident` it is the only one that owes something, open or not, else the only open one.
    What nobody can say is looked up at the provider before anything is sent. The deadline is for all of
    them together, and a run that is interrupted begins none of the others. Raises `UnknownIncident`, or
    `AmbiguousIncident` where several owe something.
    """
    found = delivery.ledger.incidents.find(incident or _owing(delivery), closed=True)
    begun = delivery.clock.monotonic()
    results: list[Result] = []
    for notice in delivery.ledger.incidents.notices(found):
        if any(result.exit_code == ExitStatus.INTERRUPTED for result in results):
            results.append(delivery.standing(notice))
        else:
            results.append(_finish(delivery, notice, _left(limits, delivery.clock.monotonic() - begun)))
    changed = any(result.changed for result in results)
    worst = max((result.exit_code for result in results), default=0)
    return replace(results[-1], changed=changed, exit_code=worst)


def _owing(delivery: Delivery) -> str | None:
    """The only incident that owes somebody something, if there is one."""
    ledger = delivery.ledger
    owing = [
        incident
        for incident in ledger.incidents.all()
        if any(delivery.owes(notice) for notice in ledger.incidents.notices(incident))
    ]
    if len(owing) > 1:
        raise AmbiguousIncident(
            f"{len(owing)} incidents owe somebody something: "
            + ", ".join(f"{incident.ref} ({incident.title})" for incident in owing),
            hint=f"name one, for example: broadcast retry {owing[-1].ref}",
        )
    return owing[0].ref if owing else None


def _left(limits: Limits, spent: float) -> Limits:
    """The limits after so many seconds."""
    return limits if limits.deadline is None else replace(limits, deadline=max(0.0, limits.deadline - spent))


def _finish(delivery: Delivery, notice: Notice, limits: Limits) -> Result:
    before = delivery.standing(notice)
    if not delivery.owes(notice):
        return before
    after = delivery.deliver(notice, limits, delivery.needed(notice))
    changed = (before.counts, before.channels) != (after.counts, after.channels)
    return replace(after, changed=changed)
