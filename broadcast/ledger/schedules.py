"""Record notices that are to be published later, and what became of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store
from broadcast.model.work import WorkStage


class ScheduleState(StrEnum):
    """What became of a schedule."""

    WAITING = "waiting"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    REFUSED = "refused"
    CANCELLED = "cancelled"


#: Not over yet.
_OPEN = (ScheduleState.WAITING, ScheduleState.PUBLISHING)
#: A refusal that nobody has dealt with is shown this long; it may be cancelled before.
_SHOWN = timedelta(days=7)
#: The numbers of records for reminders of schedules without an incident lie below those of incidents.
_BELOW = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A notice that is to be published at `due_at`.

    Attributes:
        key: The idempotency key of the notice.
        request: What was typed, as JSON.
        incident: The incident; None if the notice opens one.
        sequence: The number of the incident's latest notice when it was scheduled; a later one outdates it.
        max_recipients: The most people it may reach, if that was typed.
        author: Who scheduled it.
        due_at: When it is to be published.
        id: Its number; 0 if it is not recorded.
        state: What became of it, and `detail` why, or why it could not be published yet.
        settled_at: When it was over; None as long as it is not.
        reminded_at: When people on duty were told that it was refused; None if they were not.
        stage: The stage of announced work that it takes; None if a person scheduled it.
    """

    key: str
    request: str
    incident: str | None
    sequence: int
    max_recipients: int | None
    author: str
    created_at: datetime
    due_at: datetime
    id: int = 0
    state: ScheduleState = ScheduleState.WAITING
    detail: str = ""
    settled_at: datetime | None = None
    reminded_at: datetime | None = None
    stage: WorkStage | None = None

    @property
    def open(self) -> bool:
        """Whether it still has to be published."""
        return self.state in _OPEN

    @property
    def ref(self) -> str:
        """What names it in texts: `SCHEDULE-3`."""
        return f"SCHEDULE-{self.id}"

    def typed(self, name: str) -> Any:
        """Return a field of what was typed, such as `verb` or `title`; None if it was not given."""
        return json.loads(self.request).get(name)

    @property
    def does(self) -> str:
        """What it does: the verb, or the stage of announced work."""
        return str(self.stage or self.typed("verb"))


class Schedules:
    """The ledger's schedules."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: Schedule) -> int:
        """Record a schedule and return its number."""
        values = {
            "key": new.key,
            "request": new.request,
            "incident": new.incident,
            "sequence": new.sequence,
            "max_recipients": new.max_recipients,
            "author": new.author,
            "created": new.created_at.timestamp(),
            "due": new.due_at.timestamp(),
        }
        with self._store.transaction() as connection:
            number: int = connection.execute("insert_schedule", values).fetchone()[0]
            return number

    def all(self) -> list[Schedule]:
        """Return every schedule, the earliest first."""
        with self._store.reading() as connection:
            return [schedule_from(row) for row in connection.execute("schedules")]

    def unpublished(self, now: datetime) -> list[Schedule]:
        """Return what should have been published by now and was not, and that still matters.

        A refused one does not matter any more once its incident has a newer notice or is over, once it is
        cancelled, or after a week.
        """
        values = {"now": now.timestamp(), "since": (now - _SHOWN).timestamp()}
        with self._store.reading() as connection:
            return [schedule_from(row) for row in connection.execute("unpublished_schedules", values)]

    def publishing(self, id: int) -> bool:
        """Record that a schedule is being published; return False if it was cancelled or is over."""
        return self._settle(id, ScheduleState.PUBLISHING, None, [*_OPEN])

    def cancel(self, id: int, now: datetime) -> bool:
        """Cancel a schedule, or dismiss a refused one; return False if it is over."""
        before = [ScheduleState.WAITING, ScheduleState.REFUSED]
        values = _settling(id, ScheduleState.CANCELLED, now, before)
        with self._store.transaction() as connection:
            cancelled = connection.execute("settle_schedule", values).rowcount > 0
            if cancelled:
                connection.execute("forgo_stage", {"schedule": id})
            return cancelled

    def settle(self, id: int, state: ScheduleState, detail: str, now: datetime) -> bool:
        """Record what became of a schedule; return False if that is recorded already."""
        return self._settle(id, state, now, [*_OPEN], detail)

    def note(self, id: int, detail: str) -> None:
        """Record why a schedule could not be published yet."""
        with self._store.transaction() as connection:
            connection.execute("note_schedule", {"id": id, "detail": detail})

    def _settle(
        self,
        id: int,
        state: ScheduleState,
        at: datetime | None,
        before: list[ScheduleState],
        detail: str | None = None,
    ) -> bool:
        values = _settling(id, state, at, before, detail)
        with self._store.transaction() as connection:
            return connection.execute("settle_schedule", values).rowcount > 0

    def purge(self, before: datetime) -> None:
        """Remove schedules that are over and were due before that time."""
        with self._store.transaction() as connection:
            connection.execute("delete_old_schedules", (before.timestamp(),))


def reminding_record(schedule: int) -> int:
    """Return the number of the record that the reminder of a schedule without an incident belongs to."""
    return -_BELOW - schedule


def _settling(
    id: int, state: ScheduleState, at: datetime | None, before: list[ScheduleState], detail: str | None = None
) -> dict[str, object]:
    return {"id": id, "state": state, "detail": detail, "at": at and at.timestamp(), "before": before}


def schedule_from(row: Row) -> Schedule:
    """Return the schedule in a row."""
    return Schedule(
        id=row["id"],
        key=row["key"],
        request=row["request"],
        incident=row["incident"],
        sequence=row["sequence"],
        max_recipients=row["max_recipients"],
        author=row["author"],
        created_at=moment(row["created_at"]),
        due_at=moment(row["due_at"]),
        state=ScheduleState(row["state"]),
        detail=row["detail"],
        settled_at=moment(row["settled_at"]),
        reminded_at=moment(row["reminded_at"]),
        stage=WorkStage(row["stage"]) if row["stage"] else None,
    )
