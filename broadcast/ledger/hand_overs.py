"""What an agent needs to know of a call that they accepted, and what they noted about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broadcast.ledger.calls import TICKET_DUE
from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Store

#: So many earlier calls are shown.
_MOST_EARLIER = 5


class NoteOutcome(StrEnum):
    """What came of a conversation."""

    SOLVED = "solved"
    CALL_BACK = "call-back"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """What a caller pressed or said, and when."""

    pressed: str
    said: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """An earlier call of the same number; what is not known is ""."""

    at: datetime
    topic: str
    outcome: str
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedCall:
    """A call that an agent accepted; `outcome` and `note` are "" until the agent noted something.

    `ref` is the provider's id of the call, and `source` its channel.
    """

    id: int
    source: str
    ref: str
    locale: str
    topic: str
    caller: str = field(repr=False)
    digest: bytes | None = field(repr=False)
    agent: str
    asked_at: datetime
    accepted_at: datetime
    turns: tuple[CallerTurn, ...] = ()
    earlier: tuple[EarlierCall, ...] = ()
    outcome: str = ""
    note: str = field(default="", repr=False)


def hand_over(store: Store, id: int) -> AcceptedCall | None:
    """Return an accepted call by the ledger's own number; None if nobody accepted it."""
    with store.reading() as connection:
        row = connection.execute("accepted_call", (id,)).fetchone()
        if row is None:
            return None
        return AcceptedCall(
            id=row["id"],
            source=row["source"],
            ref=row["ref"],
            locale=row["locale"],
            topic=row["topic"] or "",
            caller=row["caller"] or "",
            digest=row["digest"],
            agent=row["agent"],
            asked_at=moment(row["asked_at"]),
            accepted_at=moment(row["accepted_at"]),
            turns=_turns(connection, row["first_id"]),
            earlier=_earlier(connection, row["digest"], id, row["first_id"]),
            outcome=row["outcome"] or "",
            note=row["note"] or "",
        )


def note_hand_over(store: Store, call: AcceptedCall, outcome: NoteOutcome, note: str, now: datetime) -> None:
    """Record what came of a conversation; a call-back or a ticket is opened with it, once."""
    named = {"source": call.source, "ref": call.ref, "at": now.timestamp()}
    owed = {**named, "locale": call.locale, "topic": call.topic or "none"}
    with store.transaction() as connection:
        values = {"id": call.id, "outcome": outcome, "note": note or None, "at": now.timestamp()}
        connection.execute("note_hand_over", values)
        if outcome is NoteOutcome.CALL_BACK and call.caller:
            connection.execute("request_call_back", {**owed, "number": call.caller, "digest": call.digest})
        elif outcome is NoteOutcome.TICKET:
            due = (now + TICKET_DUE).timestamp()
            connection.execute("open_ticket", {**owed, "recording": None, "seconds": 0, "due": due})


def _turns(connection: Connection, call: int) -> tuple[CallerTurn, ...]:
    found = []
    for row in connection.execute("heard_turns", (call,)):
        details = json.loads(row["details"])
        pressed, said = str(details.get("pressed") or ""), str(details.get("said") or "")
        found.append(CallerTurn(pressed, said, moment(row["recorded_at"])))
    return tuple(found)


def _earlier(connection: Connection, digest: bytes | None, call: int, first: int) -> tuple[EarlierCall, ...]:
    if digest is None:
        return ()
    wanted = {"digest": digest, "id": call, "first": first, "limit": _MOST_EARLIER}
    return tuple(
        EarlierCall(moment(row["began_at"]), row["topic"] or "", row["outcome"] or "", row["note"] or "")
        for row in connection.execute("earlier_calls", wanted)
    )
