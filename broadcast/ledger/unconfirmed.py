"""Move messages that were not confirmed in time to the next channel of their lane.

A move and the check for an answer are one transaction, so that a person who has confirmed, passed on or
declined gets nothing more, whatever process moves and whatever process records the answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.ledger.follow_ups import CLOSED
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.delivery import DeliveryState

#: A question that is older is not repeated any more, for example by a machine that was off.
LATE = timedelta(days=1)
#: Why a message moved to the next channel although its provider accepted it.
NOT_CONFIRMED = "not confirmed"
#: Why it moved back: the next channel failed.
REACHED_BEFORE = "reached before"
_PAGE = 200  # deliveries in one transaction, so that other processes do not wait for long


@dataclass(frozen=True, slots=True)
class Moved:
    """How many messages of a notice (`INC-7/2`) moved from one channel to another."""

    mark: str
    origin: str
    destination: str
    count: int


def move_unconfirmed(store: Store, now: datetime, notice: int | None = None) -> list[Moved]:
    """Plan every message whose time for an answer is over on its next channel.

    Args:
        store: The ledger's store.
        now: The time.
        notice: Only this notice; None for all of open incidents.

    Raises:
        LedgerError: What was moved so far stays moved.
    """
    moved: Counter[tuple[str, str, str]] = Counter()
    after = 0
    while True:
        with store.transaction() as connection:
            values = {
                "notice": notice,
                "since": (now - LATE).timestamp(),
                "now": now.timestamp(),
                "closed": CLOSED,
                "after": after,
                "limit": _PAGE,
            }
            due = connection.execute("unconfirmed", values).fetchall()
            moved.update(one for row in due if (one := _move(connection, row, now)))
        if len(due) < _PAGE:
            return [Moved(*places, count) for places, count in moved.items()]
        after = due[-1]["id"]


def cancel_answered(connection: Connection, deliveries: Collection[int], now: datetime) -> None:
    """Cancel what was planned again for people who have answered; part of the transaction that planned it."""
    if deliveries:
        values = {"deliveries": list(deliveries), "now": now.timestamp()}
        connection.execute("cancel_answered", values)


def keep_reached(connection: Connection, deliveries: Collection[int], now: datetime) -> None:
    """Put failed deliveries back to the channel that reached the person, if an earlier one did.

    A call without an answer does not undo the SMS before it: the person has the notice, but did not confirm.

    Args:
        connection: The transaction in which their last channel failed.
        deliveries: The deliveries to look at; only those of notices that ask are changed.
        now: The time.
    """
    if not deliveries:
        return
    rows = connection.execute("reached_before", {"deliveries": list(deliveries)}).fetchall()
    for row in {row["id"]: row for row in rows}.values():
        route = json.loads(row["route"])
        if row["channel"] in route:
            values = {
                "id": row["id"],
                "state": DeliveryState.DELIVERED if row["delivered"] else DeliveryState.ACCEPTED,
                "step": route.index(row["channel"]),
                "channel": row["channel"],
                "ref": row["ref"],
                "now": now.timestamp(),
            }
            connection.execute("return_to_channel", values)
            counted = {
                "notice": row["notice"],
                "origin": row["origin"],
                "destination": row["channel"],
                "count": 1,
            }
            connection.execute("count_failover", counted | {"reason": REACHED_BEFORE, "now": now.timestamp()})


def _move(connection: Connection, row: Row, now: datetime) -> tuple[str, str, str] | None:
    tried = {each["channel"] for each in connection.execute("channels_tried", (row["id"],))}
    route = json.loads(row["route"])
    step = _next_step(route, row["step"], tried)
    if step is None:
        return None
    values = {
        "id": row["id"],
        "before": row["state"],
        "from_step": row["step"],
        "step": step,
        "channel": route[step],
        "reason": NOT_CONFIRMED,
        "now": now.timestamp(),
    }
    if connection.execute("move_unconfirmed", values).rowcount < 1:
        return None
    counted = {"notice": row["notice"], "origin": row["channel"], "destination": route[step], "count": 1}
    connection.execute("count_failover", counted | {"reason": NOT_CONFIRMED, "now": now.timestamp()})
    return f"{row['ref']}/{row['sequence']}", row["channel"], route[step]


def _next_step(route: Sequence[str], step: int, tried: Collection[str]) -> int | None:
    """Return the step after the last one that was used: a late receipt may have brought a message back."""
    used = max([step, *(place for place, channel in enumerate(route) if channel in tried)])
    return used + 1 if used + 1 < len(route) else None
