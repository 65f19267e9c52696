"""What callers are owed after the call: call-backs and answers to the messages they left."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Row, Store

#: How often a person is called back, and how long after a try that did not reach them.
MOST_TRIES, TRY_AGAIN_AFTER = 3, timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """A person who is to be called back; `call` is the provider's id of their call.

    `owner` is the agent who has it, "" if nobody has. It is not dialled before `next_at`.
    """

    id: int
    call: str
    number: str = field(repr=False)
    locale: str
    topic: str
    requested_at: datetime
    owner: str
    tries: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTicket:
    """A message that a caller left, or a ticket that an agent opened; `due_at` is when to answer.

    `recording` is the provider's address of the message, `desk_ref` the service desk's number of the ticket.
    """

    id: int
    call: str
    caller: str = field(repr=False)
    recording: str = field(repr=False)
    seconds: int
    locale: str
    topic: str
    opened_at: datetime
    due_at: datetime
    owner: str
    desk_ref: str


class CallFollowUps:
    """The ledger's call-backs and tickets."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def call_backs(self) -> list[CallBack]:
        """Return the call-backs that are not done, in the order in which they were asked for."""
        with self._store.reading() as connection:
            return [_call_back(row) for row in connection.execute("call_backs")]

    def take_call_back(self, id: int, owner: str) -> bool:
        """Give a call-back to a person; False if somebody has it, or it is done."""
        return self._changed("take_call_back", {"id": id, "owner": owner})

    def return_call_back(self, id: int, now: datetime, *, say_so: bool = False) -> bool:
        """Put a call-back that did not reach the person back into its place; after the last try it ends.

        With `say_so`, the person then gets a message that we tried.
        """
        values = {"id": id, "most": MOST_TRIES, "next": (now + TRY_AGAIN_AFTER).timestamp()}
        with self._store.transaction() as connection:
            returned = connection.execute("return_call_back", values).rowcount > 0
            if returned and say_so:
                plan_tried_message(connection, id, now)
        return returned

    def end_call_back(self, id: int, note: str, at: datetime) -> bool:
        """Note that a call-back is done; False if it was before."""
        return self._changed("end_call_back", {"id": id, "note": note, "at": at.timestamp()})

    def tickets(self) -> list[CallerTicket]:
        """Return the tickets that are not done, the most urgent first."""
        with self._store.reading() as connection:
            return [_ticket(row) for row in connection.execute("tickets")]

    def take_ticket(self, id: int, owner: str) -> bool:
        """Give a ticket to a person; False if somebody has it, or it is done."""
        return self._changed("take_ticket", {"id": id, "owner": owner})

    def end_ticket(self, id: int, note: str, at: datetime) -> bool:
        """Note that a ticket is done; False if it was before."""
        return self._changed("end_ticket", {"id": id, "note": note, "at": at.timestamp()})

    def _changed(self, statement: str, values: dict[str, object]) -> bool:
        with self._store.transaction() as connection:
            return connection.execute(statement, values).rowcount > 0


def plan_tried_message(connection: Connection, call_back: int, now: datetime) -> None:
    """Plan the message that we tried to call, if that call-back was given up."""
    row = connection.execute("call_back_given_up", {"id": call_back}).fetchone()
    if row is None:
        return
    values = {
        "call": row["call_id"],
        "details": json.dumps({"number": row["number"]}),
        "digest": row["digest"],
        "at": now.timestamp(),
    }
    connection.execute("plan_tried_message", values)


def _call_back(row: Row) -> CallBack:
    return CallBack(
        id=row["id"],
        call=row["ref"],
        number=row["number"] or "",
        locale=row["locale"],
        topic=row["topic"],
        requested_at=moment(row["requested_at"]),
        owner=row["owner"] or "",
        tries=row["tries"],
        next_at=moment(row["next_at"]),
    )


def _ticket(row: Row) -> CallerTicket:
    return CallerTicket(
        id=row["id"],
        call=row["ref"],
        caller=row["caller"] or "",
        recording=row["recording"] or "",
        seconds=row["seconds"],
        locale=row["locale"],
        topic=row["topic"],
        opened_at=moment(row["opened_at"]),
        due_at=moment(row["due_at"]),
        owner=row["owner"] or "",
        desk_ref=row["desk_ref"] or "",
    )
