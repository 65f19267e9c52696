"""Change what older notices still owe when a newer one is recorded, and when an incident ends."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from broadcast.ledger.store import Connection
from broadcast.model.incident import Phase

#: The phases of an incident that is over.
CLOSED = [phase for phase in Phase if phase.closed]


def supersede(
    connection: Connection, incident: int, now: datetime, only: Collection[int] | None = None
) -> None:
    """Cancel what older notices of an incident still owe to the receivers of a newer one.

    Once the incident is over, its older notices owe nothing any more.

    Args:
        connection: The transaction that records the newer notice, or that claims.
        incident: The number of the incident.
        now: When the deliveries are cancelled.
        only: The deliveries to look at; None for all of the incident.
    """
    values = {
        "incident": incident,
        "closed": CLOSED,
        "now": now.timestamp(),
        "only": None if only is None else list(only),
    }
    connection.execute("supersede", values)
    connection.execute("supersede_same_person", values)


def hold_end(connection: Connection, notice: int, channel: str, reason: str | None, at: float) -> None:
    """Hold the all-clear for a channel that published earlier, if its lane has just moved on from it.

    The next channel of the lane announces the end, but what the first one published would stay open.

    Args:
        connection: The transaction that moves the lane on.
        notice: The number of the notice that ends the incident, or takes its end back.
        channel: The channel that the lane moved on from.
        reason: Why it did.
        at: When, in seconds since the epoch.
    """
    values = {
        "notice": notice,
        "channel": channel,
        "route": json.dumps([channel]),
        "reason": reason,
        "now": at,
        "closed": CLOSED,
    }
    if connection.execute("hold_end", values).rowcount > 0:
        connection.execute("share_held_end", values)
