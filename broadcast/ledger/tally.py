"""How many deliveries of a notice stand where: all that `status` wants to know of them."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.ledger.store import Store
from broadcast.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Deliveries on one channel, in one state, at one place of their route."""

    channel: str
    state: DeliveryState
    required: bool
    step: int
    count: int


@dataclass(frozen=True, slots=True)
class StillOwed:
    """Messages of the incident's notice `sequence` that were not sent yet, and wait for `channel`."""

    sequence: int
    channel: str
    count: int


def still_owed(store: Store, incident: int) -> tuple[StillOwed, ...]:
    """Return what any notice of an incident has not sent yet."""
    with store.reading() as connection:
        return tuple(StillOwed(*row) for row in connection.execute("still_owed", (incident,)))


def tallies(store: Store, notice: int) -> list[Tally]:
    """Return every delivery of a notice, counted."""
    with store.reading() as connection:
        return [
            Tally(
                channel=row["channel"],
                state=DeliveryState(row["state"]),
                required=bool(row["required"]),
                step=row["step"],
                count=row["count"],
            )
            for row in connection.execute("tally", {"notice": notice})
        ]
