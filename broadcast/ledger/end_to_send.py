"""The all-clear that a channel still has to send after its lane went on to the next channel."""

from __future__ import annotations

import json

from broadcast.ledger.store import Connection
from broadcast.model.incident import Phase

_CLOSED = [phase for phase in Phase if phase.closed]


def hold_end(connection: Connection, notice: int, channel: str, reason: str | None, moment: float) -> None:
    """Hold the all-clear for a channel that published before, if its message has just moved on.

    Everybody is told on the next channel of the lane, but what the first one published would stay open.
    """
    values = {
        "notice": notice,
        "channel": channel,
        "route": json.dumps([channel]),
        "reason": reason,
        "now": moment,
        "closed": _CLOSED,
    }
    if connection.execute("hold_end", values).rowcount > 0:
        connection.execute("share_held_end", values)
