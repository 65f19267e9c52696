"""Mobile numbers that stand in for the hotline: who activated and ended them, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveLine:
    """A backup line that stands in for the hotline, or did.

    `line` is its name in the configuration. With `incident` (`INC-7`) it ends with that incident. `ended_by`
    is "" if nobody ended it: it stands in still, or its incident is over.
    """

    line: str
    incident: str | None
    note: str
    author: str
    at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None


class BackupLines:
    """The ledger's backup lines."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def activate(self, line: ActiveLine) -> bool:
        """Record that a line stands in from now on; False if it does already. Raises `LedgerError`."""
        values = {
            "line": line.line,
            "incident": line.incident,
            "note": line.note,
            "author": line.author,
            "at": line.at.timestamp(),
        }
        with self._store.transaction() as connection:
            connection.execute("end_line_of_closed_incident", {"line": line.line})
            return connection.execute("activate_line", values).rowcount > 0

    def end(self, line: str, author: str, at: datetime) -> bool:
        """Record that a line does not stand in any more; False if it does not. Raises `LedgerError`."""
        with self._store.transaction() as connection:
            connection.execute("end_line_of_closed_incident", {"line": line})
            values = {"line": line, "author": author, "at": at.timestamp()}
            return connection.execute("end_line", values).rowcount > 0

    def active(self) -> list[ActiveLine]:
        """Return the lines that stand in now, in the order of their activation."""
        with self._store.reading() as connection:
            return [_line(row) for row in connection.execute("active_lines")]

    def between(self, since: datetime, until: datetime) -> list[ActiveLine]:
        """Return the lines that were activated or ended within that time."""
        wanted = {"since": since.timestamp(), "until": until.timestamp()}
        with self._store.reading() as connection:
            return [_line(row) for row in connection.execute("lines_between", wanted)]


def _line(row: Row) -> ActiveLine:
    return ActiveLine(
        line=row["line"],
        incident=row["incident"],
        note=row["note"],
        author=row["author"],
        at=moment(row["activated_at"]),
        ended_by=row["ended_by"] or "",
        ended_at=moment(row["ended_at"]) if row["ended_at"] is not None else None,
    )
