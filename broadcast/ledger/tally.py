"""How many deliveries of a notice stand where: all that `status` wants to know of them."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.ledger.database import Database
from broadcast.ledger.queries import query
from broadcast.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class Tally:
    """Deliveries on one channel, in one state, at one place of their route."""

    channel: str
    state: DeliveryState
    required: bool
    step: int
    count: int


def tallies(database: Database, notice: int) -> list[Tally]:
    """Every delivery of a notice, counted."""
    with database.reading() as connection:
        return [
            Tally(
                row["channel"], DeliveryState(row["state"]), bool(row["required"]), row["step"], row["count"]
            )
            for row in connection.execute(query("tally"), {"notice": notice})
        ]
