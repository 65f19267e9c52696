"""Tickets of callers that the service desk is to have: which, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Store

#: A ticket that did not reach the desk is tried again after this time.
TRY_DESK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTicket:
    """A ticket that the desk is to have.

    `asked_at` is when the desk was asked for it and the answer was lost; None if it certainly has no ticket.
    `recorded` says whether the caller left a message. `call` and `source` name the caller's call.
    """

    id: int
    source: str
    call: str
    caller: str = field(repr=False)
    locale: str
    topic: str
    seconds: int
    recorded: bool
    note: str = field(repr=False)
    opened_at: datetime
    asked_at: datetime | None


def tickets_for_desk(store: Store, now: datetime, limit: int = 20) -> list[DeskTicket]:
    """Return the tickets to bring to the desk now, the most urgent first."""
    wanted = {"before": (now - TRY_DESK_AGAIN).timestamp(), "limit": limit}
    with store.reading() as connection:
        return [
            DeskTicket(
                id=row["id"],
                source=row["source"],
                call=row["ref"],
                caller=row["caller"] or "",
                locale=row["locale"],
                topic=row["topic"],
                seconds=row["seconds"],
                recorded=row["recording"] is not None,
                note=row["note"] or "",
                opened_at=moment(row["opened_at"]),
                asked_at=moment(row["desk_at"]) if row["desk_state"] is not None else None,
            )
            for row in connection.execute("tickets_for_desk", wanted)
        ]


def claim_for_desk(store: Store, id: int, now: datetime) -> bool:
    """Record that the desk is about to be asked; False if another process asks it."""
    values = {"id": id, "at": now.timestamp(), "before": (now - TRY_DESK_AGAIN).timestamp()}
    with store.transaction() as connection:
        return connection.execute("claim_desk_ticket", values).rowcount > 0


def settle_desk_ticket(store: Store, id: int, state: str | None, ref: str, now: datetime) -> None:
    """Record the answer: `sent` with the desk's number, `failed`, `unknown`, or None if nothing was taken."""
    values = {"id": id, "state": state, "ref": ref or None, "at": now.timestamp()}
    with store.transaction() as connection:
        connection.execute("settle_desk_ticket", values)
