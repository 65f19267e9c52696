"""Numbers that a backup line leads elsewhere at the provider, and what was set there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcast.ledger.store import Row, Store


class RouteState(StrEnum):
    """What became of the wish to lead a number elsewhere."""

    PLANNED = "planned"
    CHANGED = "changed"
    FAILED = "failed"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChange:
    """A number that is led elsewhere; `id` is the ledger's own number for that, `ref` the provider's id.

    `former_url` is what was set before, `url` what is set instead.
    """

    id: int = 0
    line: str
    source: str
    number: str
    ref: str
    former_url: str
    former_method: str
    url: str
    method: str
    author: str
    state: RouteState = RouteState.PLANNED


class NumberRoutes:
    """The ledger's changes of routes. All methods raise `LedgerError`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(self, change: RouteChange, at: datetime) -> int | None:
        """Record that a number is about to be led elsewhere; None if it is already."""
        values = {
            "line": change.line,
            "source": change.source,
            "number": change.number,
            "ref": change.ref,
            "former_url": change.former_url,
            "former_method": change.former_method,
            "url": change.url,
            "method": change.method,
            "author": change.author,
            "at": at.timestamp(),
        }
        with self._store.transaction() as connection:
            row = connection.execute("plan_number_route", values).fetchone()
        return int(row["id"]) if row else None

    def settle(self, id: int, state: RouteState, at: datetime, reason: str = "") -> None:
        """Record what became of a change."""
        values = {"id": id, "state": state, "reason": reason or None, "at": at.timestamp()}
        with self._store.transaction() as connection:
            connection.execute("settle_number_route", values)

    def open(self) -> list[RouteChange]:
        """Return the numbers that are led elsewhere, or may be."""
        with self._store.reading() as connection:
            return [_change(row) for row in connection.execute("open_number_routes")]


def _change(row: Row) -> RouteChange:
    return RouteChange(
        id=row["id"],
        line=row["line"],
        source=row["source"],
        number=row["number"],
        ref=row["ref"],
        former_url=row["former_url"],
        former_method=row["former_method"],
        url=row["url"],
        method=row["method"],
        author=row["author"],
        state=RouteState(row["state"]),
    )
