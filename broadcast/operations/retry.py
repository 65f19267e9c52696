"""Retrying: finish what an incident's notices still owe. Safe to run at any time, and twice."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.records import Notice
from broadcast.operations.deliver import Delivery
from broadcast.operations.request import Limits
from broadcast.operations.result import Result


def retry(delivery: Delivery, incident: str | None, limits: Limits) -> Result:
    """Finish the notices of an incident, oldest first; the result is the latest notice's.

    What nobody can say is looked up at the provider before anything is sent. Raises `UnknownIncident`.
    """
    found = delivery.ledger.incidents.find(incident, closed=True)
    results = [_finish(delivery, notice, limits) for notice in delivery.ledger.incidents.notices(found)]
    changed = any(result.changed for result in results)
    worst = max((result.exit_code for result in results), default=0)
    return replace(results[-1], changed=changed, exit_code=worst)


def _finish(delivery: Delivery, notice: Notice, limits: Limits) -> Result:
    if not delivery.owes(notice):
        return delivery.standing(notice)
    return delivery.deliver(notice, limits, delivery.needed(notice))
