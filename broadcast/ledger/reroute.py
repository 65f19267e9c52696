"""Reroute waiting messages, or give them up, because of what became known since they were planned."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.store import Store
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class Owed:
    """A message that waits for its turn; `route` are the channels that are left."""

    audience: str
    contact: Contact
    route: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detour:
    """Which channels may still be used; with none, `reason` is why the message is given up."""

    route: tuple[str, ...]
    reason: str


def avoid(store: Store, notice: int, detour: Callable[[Owed], Detour | None], now: datetime) -> int:
    """Reroute every waiting message that needs it; return how many needed it."""
    # In one transaction: another run must not claim a message between the look at it and its change.
    with store.transaction() as connection:
        changes = []
        for row in connection.execute("owed", (notice,)):
            route, step = json.loads(row["route"]), row["step"]
            owed = Owed(
                row["audience"],
                Contact(id=row["contact"], name="", phone=row["phone"], email=row["email"]),
                tuple(route[step:]),
            )
            found = detour(owed)
            if found:
                changes.append(_change(row["id"], route[:step], found, now))
        connection.executemany("detour", changes)
        return len(changes)


def _change(delivery: int, before: list[str], found: Detour, now: datetime) -> dict[str, object]:
    """Return the change of a delivery; channels that were tried stay in its route, for the report."""
    given_up = not found.route
    return {
        "id": delivery,
        "route": None if given_up else json.dumps([*before, *found.route]),
        "channel": None if given_up else found.route[0],
        "state": DeliveryState.SUPPRESSED if given_up else DeliveryState.PLANNED,
        "reason": found.reason,
        "now": now.timestamp(),
    }
