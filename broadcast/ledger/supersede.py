"""What is still waiting when a newer notice stands in its place must not be sent any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from broadcast.ledger.store import Connection
from broadcast.model.incident import Phase

_CLOSED = [phase for phase in Phase if phase.closed]


def supersede(
    connection: Connection, incident: int, now: datetime, only: Collection[int] | None = None
) -> None:
    """Cancel what an incident's older notices still owe to people who are told by a newer one.

    Once it is over, they owe nothing to anybody. `only` are the deliveries to look at (None: all).
    """
    values = {
        "incident": incident,
        "closed": _CLOSED,
        "now": now.timestamp(),
        "only": None if only is None else list(only),
    }
    connection.execute("supersede", values)
    connection.execute("supersede_same_person", values)
