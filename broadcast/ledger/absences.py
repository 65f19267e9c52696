"""Absences: when people of a rota are away. They are recorded, not configured: a commander enters them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One absence of the person with the id `contact`, recorded by `author` at `at`.

    `cancelled_at` is set once it is taken back.
    """

    contact: str
    starts: datetime
    ends: datetime
    note: str
    author: str
    at: datetime
    cancelled_at: datetime | None = None


class Absences:
    """The ledger's absences."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, absence: Absence) -> bool:
        """Record an absence; return whether it is new. Raises `LedgerError`."""
        values = {
            "contact": absence.contact,
            "starts": absence.starts.timestamp(),
            "ends": absence.ends.timestamp(),
            "note": absence.note,
            "author": absence.author,
            "at": absence.at.timestamp(),
        }
        with self._store.transaction() as connection:
            return connection.execute("insert_absence", values).rowcount > 0

    def after(self, moment: datetime) -> list[Absence]:
        """Return the absences in force that end after that time, the earliest first."""
        with self._store.reading() as connection:
            return [_absence(row) for row in connection.execute("absences_after", (moment.timestamp(),))]

    def of(self, contact: str) -> list[Absence]:
        """Return every absence of a person, also those that were taken back."""
        with self._store.reading() as connection:
            return [_absence(row) for row in connection.execute("absences_of_contact", (contact,))]

    def cancel(self, contact: str, author: str, at: datetime) -> list[Absence]:
        """Take back the absences of a person that are not over; return them. Raises `LedgerError`."""
        values = {"contact": contact, "author": author, "at": at.timestamp()}
        with self._store.transaction() as connection:
            rows = connection.execute("cancel_absences", values).fetchall()
        return sorted((_absence(row) for row in rows), key=lambda one: one.starts)


def _absence(row: Row) -> Absence:
    return Absence(
        contact=row["contact"],
        starts=moment(row["starts_at"]),
        ends=moment(row["ends_at"]),
        note=row["note"],
        author=row["author"],
        at=moment(row["recorded_at"]),
        cancelled_at=moment(row["cancelled_at"]) if row["cancelled_at"] is not None else None,
    )
