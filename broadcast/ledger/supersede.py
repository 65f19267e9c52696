"""What is still waiting when a newer notice stands in its place must not be sent any more."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from broadcast.ledger.queries import query
from broadcast.model.incident import Phase

_CLOSED = json.dumps([phase for phase in Phase if phase.closed])


def supersede(connection: sqlite3.Connection, incident: int, now: datetime) -> None:
    """Cancel what an incident's older notices still owe to people who are told by a newer one.

    Once it is over, they owe nothing to anybody.
    """
    values = {"incident": incident, "closed": _CLOSED, "now": now.timestamp()}
    connection.execute(query("supersede"), values)
