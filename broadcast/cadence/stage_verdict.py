"""Decide whether a stage of announced work is still to be published when its time has come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.schedules import Schedule
from broadcast.model.incident import Incident, Phase
from broadcast.model.promise import overdue
from broadcast.model.work import WorkStage


@dataclass(frozen=True, slots=True)
class StageVerdict:
    """What to do with a stage: publish it, wait for an earlier one, or give it up for a reason."""

    waits: bool = False
    given_up: str = ""


GO = StageVerdict()


def stage_verdict(
    stage: Schedule, incident: Incident | None, others: Sequence[Schedule], now: datetime
) -> StageVerdict:
    """Return what to do with a schedule that is due.

    `incident` is that of the work, `others` are the schedules for its stages. A stage is given up if only the
    clock was late with it; for another reason it is refused, and people are told.
    """
    if incident is None or incident.phase is not Phase.SCHEDULED:
        return GO
    if stage.stage is WorkStage.REMIND and overdue(incident.window_starts_at, now):
        return StageVerdict(given_up="no `tick` or `serve` ran before the work was to begin")
    if stage.stage is WorkStage.END:
        begins = any(one.open and one.stage is WorkStage.START for one in others)
        return StageVerdict(waits=True) if begins else StageVerdict(given_up="the work has not begun")
    return GO
