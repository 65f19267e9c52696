"""The end that a channel still owes when the lane of its message goes on without it."""

from __future__ import annotations

import json
import sqlite3

from broadcast.ledger.queries import query
from broadcast.model.incident import Phase

_CLOSED = json.dumps([phase for phase in Phase if phase.closed])


def keep_owing(
    connection: sqlite3.Connection, notice: int, channel: str, reason: str | None, moment: float
) -> None:
    """Hold the end for a channel that published before, where its message has just moved on.

    Everybody is told on the next channel of the lane, but what the first one published would stay open.
    """
    values = {"notice": notice, "channel": channel, "reason": reason, "now": moment, "closed": _CLOSED}
    if connection.execute(query("keep_owing"), values).rowcount > 0:
        connection.execute(query("share_owing"), values)
