"""Record notices that are to be published later, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store


class ScheduleState(StrEnum):
    """What became of a schedule."""

    WAITING = "waiting"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    REFUSED = "refused"
    CANCELLED = "cancelled"


#: Not over yet.
_OPEN = (ScheduleState.WAITING, ScheduleState.PUBLISHING)


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
        state: What became of it, and `detail` why.
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

    @property
    def open(self) -> bool:
        """Whether it still has to be published."""
        return self.state in _OPEN


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
            return [_schedule(row) for row in connection.execute("schedules")]

    def publishing(self, id: int) -> bool:
        """Record that a schedule is being published; return False if it was cancelled or is over."""
        return self._settle(id, ScheduleState.PUBLISHING, "", [*_OPEN])

    def cancel(self, id: int) -> bool:
        """Cancel a schedule; return False if it does not wait any more."""
        return self._settle(id, ScheduleState.CANCELLED, "", [ScheduleState.WAITING])

    def settle(self, id: int, state: ScheduleState, detail: str) -> bool:
        """Record what became of a schedule; return False if that is recorded already."""
        return self._settle(id, state, detail, [*_OPEN])

    def _settle(self, id: int, state: ScheduleState, detail: str, before: list[ScheduleState]) -> bool:
        with self._store.transaction() as connection:
            values = {"id": id, "state": state, "detail": detail, "before": before}
            return connection.execute("settle_schedule", values).rowcount > 0

    def purge(self, before: datetime) -> None:
        """Remove schedules that are over and were due before that time."""
        with self._store.transaction() as connection:
            connection.execute("delete_old_schedules", (before.timestamp(),))


def _schedule(row: Row) -> Schedule:
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
    )
