"""Let the schedules of announced work follow its window and its phase, in the transaction of each notice.

So nothing is sent after work was cancelled, and a window that was moved takes its schedules with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from broadcast.ledger.records import NewNotice
from broadcast.ledger.schedules import Schedule, schedule_from
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.ids import new_schedule_key, notice_mark
from broadcast.model.incident import Incident
from broadcast.model.work import AutomaticWork, WorkStage, stage_request

_SAME = timedelta(seconds=1)


class WorkRecords:
    """The ledger's record of which stages of announced work the clock takes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def automatic(self, incident: Incident) -> AutomaticWork:
        """Return which stages the clock takes; none if nobody asked for it."""
        with self._store.reading() as connection:
            row = connection.execute("automatic_work", (incident.id,)).fetchone()
            return _automatic(row) if row else AutomaticWork()

    def schedules(self, ref: str) -> list[Schedule]:
        """Return the schedules for stages of that incident, without cancelled ones, the earliest first."""
        with self._store.reading() as connection:
            return [schedule_from(row) for row in connection.execute("stage_schedules", (ref,))]


def follow_work(connection: Connection, incident: int, new: NewNotice, now: datetime) -> None:
    """Cancel the schedules that a notice outdates, and record those that it leads to."""
    if new.work is not None:
        before = new.work.remind_before
        keep = {
            "incident": incident,
            "auto": None if new.work.auto is None else int(new.work.auto),
            "remind_before": None if before is None else before.total_seconds(),
            "options": json.dumps(dict(new.work.options), ensure_ascii=False),
            "max_recipients": new.work.max_recipients,
        }
        connection.execute("keep_automatic_work", keep)
    row = connection.execute("automatic_work", (incident,)).fetchone()
    if row is None:
        return
    wanted = _automatic(row).due(new.facts, now)
    known = [
        schedule_from(each) for each in connection.execute("stage_schedules", (new.facts.ref,)).fetchall()
    ]
    mark = notice_mark(new.facts.ref, new.facts.sequence)
    for one in known:
        if one.open and not (one.stage in wanted and _same(one.due_at, wanted[one.stage])):
            values = {"id": one.id, "detail": f"{mark} changed it", "at": now.timestamp()}
            connection.execute("drop_stage", values)
    for stage, due_at in wanted.items():
        if not any(one.stage is stage and _same(one.due_at, due_at) for one in known):
            connection.execute("insert_stage", _new(stage, due_at, new, row, now))


def _new(stage: WorkStage, due_at: datetime, new: NewNotice, row: Row, now: datetime) -> Mapping[str, object]:
    request = stage_request(stage, due_at, json.loads(row["options"]))
    return {
        "key": new_schedule_key(),
        "request": json.dumps(request, ensure_ascii=False),
        "incident": new.facts.ref,
        "sequence": new.facts.sequence,
        "max_recipients": row["max_recipients"],
        "author": new.author,
        "created": now.timestamp(),
        "due": due_at.timestamp(),
        "stage": stage,
    }


def _automatic(row: Row) -> AutomaticWork:
    return AutomaticWork(
        starts=bool(row["starts"]),
        ends=bool(row["ends"]),
        remind_before=timedelta(seconds=row["remind_before"]),
    )


def _same(one: datetime, other: datetime) -> bool:
    return abs(one - other) < _SAME
