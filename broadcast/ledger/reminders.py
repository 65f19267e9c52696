"""Record that people are reminded of a promise or a refused schedule, once, and what is still to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from broadcast.ledger.schedules import reminding_record
from broadcast.ledger.side_notices import SideNotice, record_side_notice
from broadcast.ledger.store import Connection, Store

if TYPE_CHECKING:
    from broadcast.ledger.records import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReminder:
    """A reminder to be recorded with everything it owes.

    It is about a promise, or about the refused `schedule` with that number. `notice` is the number of the
    notice that made the promise, and `kind` what it promised; None if the schedule has no incident. `sent`
    has the facts of that notice.
    """

    notice: int | None
    kind: str
    sent: SideNotice
    detail: str
    schedule: int | None = None


class Reminders:
    """The ledger's reminders."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def wanted(self, notice: Notice, kind: str) -> bool:
        """Return whether nobody was reminded of this promise, and no newer notice follows it."""
        with self._store.reading() as connection:
            return (
                connection.execute("unreminded", {"notice": notice.id, "kind": kind}).fetchone() is not None
            )

    def record(self, new: NewReminder, now: datetime) -> Notice | None:
        """Record a reminder and return its notice; None if it was recorded before, or is not needed any more.

        All of it is one transaction: of two processes that remind at the same moment, one records it.
        """
        from broadcast.ledger.rows import notice_from

        at = now.timestamp()
        with self._store.transaction() as connection:
            record = _record_of(connection, new, at)
            if record is None:
                return None
            reminder = record_side_notice(connection, record, new.sent, at)
            if new.schedule is None:
                connection.execute("insert_reminder", (new.notice, new.kind, reminder))
            else:
                reminded = {"schedule": new.schedule, "now": at, "reminder": reminder}
                connection.execute("remind_of_schedule", reminded)
            if new.notice is not None:
                event = {"notice": new.notice, "at": at, "kind": "reminder", "channel": None}
                connection.execute("insert_event", {**event, "detail": new.detail})
            return notice_from(connection.execute("notice_by_id", (reminder,)).fetchone())

    def escalated_schedule(self, schedule: int, now: datetime) -> None:
        """Record that an escalation reminds people of a refused schedule."""
        values = {"schedule": schedule, "now": now.timestamp(), "reminder": None}
        with self._store.transaction() as connection:
            connection.execute("remind_of_schedule", values)

    def escalated(self, notice: Notice, kind: str) -> None:
        """Record that an escalation reminds people of this promise."""
        with self._store.transaction() as connection:
            connection.execute("insert_reminder", (notice.id, kind, notice.id))

    def unsent(self, now: datetime) -> list[Notice]:
        """Return the reminders with unsent messages; those that nobody needs any more are cancelled first."""
        from broadcast.ledger.rows import notice_from

        with self._store.reading() as connection:
            rows = connection.execute("open_reminders").fetchall()
        if not rows:
            return []
        with self._store.transaction() as connection:
            for row in rows:
                if row["kept"]:
                    values = {"reminder": row["reminder_id"], "now": now.timestamp()}
                    connection.execute("withdraw_reminder", values)
            found = (
                connection.execute("notice_by_id", (row["reminder_id"],)).fetchone()
                for row in rows
                if not row["kept"]
            )
            return [notice_from(row) for row in found]


def _record_of(connection: Connection, new: NewReminder, at: float) -> int | None:
    """Return the record that a reminder belongs to, made if necessary; None if nobody is to be reminded."""
    if new.schedule is None:
        row = connection.execute("unreminded", {"notice": new.notice, "kind": new.kind}).fetchone()
    else:
        row = connection.execute("unreminded_schedule", (new.schedule,)).fetchone()
    if row is None:
        return None
    incident: int | None = row["incident_id"]
    if incident is not None:
        connection.execute("insert_reminding_incident", (incident,))
        return -incident
    record = reminding_record(new.schedule or 0)
    facts = new.sent.facts
    values = {"id": record, "ref": facts.ref, "title": facts.title, "drill": int(facts.drill), "now": at}
    connection.execute("insert_reminding_schedule", values)
    return record
