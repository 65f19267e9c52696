"""What is still waiting when a newer notice stands in its place must not be sent any more."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime

from broadcast.ledger.queries import query
from broadcast.model.incident import Phase

_CLOSED = json.dumps([phase for phase in Phase if phase.closed])


def supersede(
    connection: sqlite3.Connection, incident: int, now: datetime, only: Collection[int] | None = None
) -> None:
    """Cancel what an incident's older notices still owe to people who are told by a newer one.

    Once it is over, they owe nothing to anybody. `only` are the deliveries to look at (None: all).
    """
    connection.create_function("folded", 1, _folded, deterministic=True)
    values = {
        "incident": incident,
        "closed": _CLOSED,
        "now": now.timestamp(),
        "only": None if only is None else json.dumps(list(only)),
    }
    connection.execute(query("supersede"), values)
    connection.execute(query("supersede_same_person"), values)


def _folded(text: str | None) -> str | None:
    return text.casefold() if text is not None else None
