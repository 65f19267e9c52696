"""Everything that the ledger has about the calls of one number."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.call_step import Details
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest

#: What the person said on a page, and what was noted about their call.
_NOTES = ("feedback", "agent_note", "call_back_note", "ticket_note")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvidence:
    """What a caller did in a step of a call, as it was recorded."""

    at: datetime
    kind: str
    details: Details = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCall:
    """A call of a person: what they did, what became of it, and what they were owed afterwards.

    `call_back` is the state of their call-back, `recorded` when they left a message; None if they have none.
    `notes` are what was noted beside these.
    """

    at: datetime
    ended_at: datetime | None
    caller: str = field(repr=False)
    called: str
    locale: str
    outcome: str
    topic: str
    rating: int | None
    steps: tuple[CallEvidence, ...]
    call_back: str | None
    recorded: datetime | None
    recording: str = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)


def calls_of(store: Store, number: str) -> tuple[PersonCall, ...]:
    """Return the calls of a number, the oldest first; raises `LedgerError`."""
    digest = address_digest(store.secret(), AddressKind.PHONE, number)
    with store.reading() as connection:
        rows = connection.execute("calls_of_person", (digest,)).fetchall()
        return tuple(_call(connection, row) for row in rows)


def _call(connection: Connection, row: Row) -> PersonCall:
    steps = tuple(
        CallEvidence(at=moment(one["recorded_at"]), kind=one["kind"], details=json.loads(one["details"]))
        for one in connection.execute("effects_of_call", (row["id"],))
    )
    return PersonCall(
        at=moment(row["began_at"]),
        ended_at=moment(row["ended_at"]) if row["ended_at"] is not None else None,
        caller=row["caller"] or "",
        called=row["called"],
        locale=row["locale"],
        outcome=row["outcome"] or "",
        topic=row["topic"] or "",
        rating=row["rating"] or row["feedback_rating"],
        steps=steps,
        call_back=row["call_back"],
        recorded=moment(row["opened_at"]) if row["opened_at"] is not None else None,
        recording=row["recording"] or "",
        notes=tuple(row[one] for one in _NOTES if row[one]),
    )
