"""Calls that the program makes to keep call-backs: whom it is about to dial, and what came of it.

A try is a call of its own, with a reference that is ours (`CB12-1`). It is recorded before the provider is
asked, so that no crash and no lost answer lets an agent or a customer be dialled twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.ledger.call_follow_ups import MOST_TRIES, TRY_AGAIN_AFTER, plan_tried_message
from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Row, Store

#: An agent whose phone a caller rings is not dialled meanwhile.
_RINGING = timedelta(seconds=30)
#: An agent who did not accept a call-back is left alone for so long.
AGENT_RESTS = timedelta(minutes=5)
#: A talk is not longer.
_LONGEST_TALK = timedelta(hours=1)


class DialStanding(StrEnum):
    """What is known of the leg of the agent who is dialled."""

    SENDING = "sending"  # the provider is about to be asked, or this process died meanwhile
    SENT = "sent"  # the provider dials
    UNKNOWN = "unknown"  # the answer was lost
    FAILED = "failed"  # the provider does not dial
    OVER = "recorded"  # nothing more is to be done


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCallBack:
    """A call-back that may be dialled now."""

    id: int
    number: str = field(repr=False)
    locale: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackTry:
    """One call for a call-back; `id` is the ledger's own number for the agent's leg.

    `dialled` is the provider's id of that leg, "" if it is not known. `checked_at` is when the provider last
    said something. `reached` means that the customer pressed 1.
    """

    id: int
    ref: str
    call_back: int
    agent: str
    standing: DialStanding
    dialled: str
    began_at: datetime
    checked_at: datetime | None
    ended: bool
    accepted: bool
    reached: bool


class CallBackTries:
    """The ledger's tries; `source` is the channel that the calls are made with."""

    def __init__(self, store: Store, source: str) -> None:
        self._store = store
        self._source = source

    def due(self, now: datetime) -> list[DueCallBack]:
        """Return the call-backs that may be dialled now, in the order in which they were asked for."""
        with self._store.reading() as connection:
            rows = connection.execute("due_call_backs", {"at": now.timestamp()})
            return [_due(row) for row in rows]

    def engaged(self, now: datetime) -> frozenset[str]:
        """Return the agents who are not to be dialled: they talk, are rung, or did not accept lately."""
        with self._store.reading() as connection:
            return _engaged(connection, now)

    def claim(self, call_back: int, agent: str, now: datetime) -> str:
        """Give a call-back to an agent who is about to be dialled, and return the reference of the try.

        Return "" if somebody else has it, or the agent is not free any more.
        """
        at = now.timestamp()
        with self._store.transaction() as connection:
            if agent in _engaged(connection, now):
                return ""
            claimed = connection.execute("claim_call_back", {"id": call_back, "owner": agent, "at": at})
            if claimed.rowcount < 1:
                return ""
            before = connection.execute("call_back_tries", (call_back,)).fetchone()["count"]
            named = {"source": self._source, "ref": f"CB{call_back}-{before + 1}", "at": at}
            connection.execute("begin_call_back_try", {**named, "id": call_back})
            details = json.dumps({"agent": agent})
            connection.execute("ring_for_call_back", {**named, "agent": agent, "details": details})
        return str(named["ref"])

    def open(self) -> list[CallBackTry]:
        """Return the tries of which something is still to be done, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute("open_call_back_tries", {"source": self._source})
            return [_try(row) for row in rows]

    def checked(self, one: CallBackTry, standing: DialStanding, dialled: str, now: datetime) -> None:
        """Record what the provider says of the agent's leg."""
        with self._store.transaction() as connection:
            _settle(connection, one, standing, dialled or one.dialled, now)

    def done(self, one: CallBackTry, note: str, now: datetime) -> None:
        """End a try that connected agent and customer, and with it the call-back."""
        with self._store.transaction() as connection:
            self._end(connection, one, DialStanding.OVER, now)
            values = {"id": one.call_back, "note": note, "at": now.timestamp()}
            connection.execute("end_call_back", values)

    def released(self, one: CallBackTry, standing: DialStanding, later: timedelta, now: datetime) -> None:
        """End a try in which no agent was reached: the call-back keeps its place and its number of tries."""
        with self._store.transaction() as connection:
            self._end(connection, one, standing, now)
            values = {"id": one.call_back, "owner": one.agent, "next": (now + later).timestamp()}
            connection.execute("release_call_back", values)

    def unreached(self, one: CallBackTry, now: datetime, *, say_so: bool) -> None:
        """End a try that did not reach the customer: it is tried again later, or given up.

        With `say_so`, the customer gets a message after the last try.
        """
        with self._store.transaction() as connection:
            self._end(connection, one, DialStanding.OVER, now)
            values = {
                "id": one.call_back,
                "owner": one.agent,
                "most": MOST_TRIES,
                "next": (now + TRY_AGAIN_AFTER).timestamp(),
            }
            connection.execute("call_back_unreached", values)
            if say_so:
                plan_tried_message(connection, one.call_back, now)

    def _end(self, connection: Connection, one: CallBackTry, standing: DialStanding, now: datetime) -> None:
        _settle(connection, one, standing, one.dialled, now)
        named = {"source": self._source, "ref": one.ref, "at": now.timestamp()}
        connection.execute("end_call_back_try", named)
        connection.execute("conversation_ended", named)


def _settle(
    connection: Connection, one: CallBackTry, standing: DialStanding, dialled: str, now: datetime
) -> None:
    details: Mapping[str, str] = {"agent": one.agent, **({"dialled": dialled} if dialled else {})}
    values = {"id": one.id, "state": standing, "details": json.dumps(details), "at": now.timestamp()}
    connection.execute("settle_call_back_dial", values)


def _engaged(connection: Connection, now: datetime) -> frozenset[str]:
    talking = connection.execute("agents_talking", {"since": (now - _LONGEST_TALK).timestamp()})
    found = {row["agent"] for row in talking}
    since = {"ringing": (now - _RINGING).timestamp(), "rested": (now - AGENT_RESTS).timestamp()}
    found |= {row["agent"] for row in connection.execute("agents_not_to_dial", since)}
    return frozenset(found)


def _due(row: Row) -> DueCallBack:
    return DueCallBack(id=row["id"], number=row["number"], locale=row["locale"], topic=row["topic"])


def _try(row: Row) -> CallBackTry:
    return CallBackTry(
        id=row["id"],
        ref=row["ref"],
        call_back=row["call_back_id"],
        agent=row["agent"],
        standing=DialStanding(row["state"]),
        dialled=str(json.loads(row["details"]).get("dialled", "")),
        began_at=moment(row["recorded_at"]),
        checked_at=moment(row["done_at"]) if row["done_at"] is not None else None,
        ended=row["ended_at"] is not None,
        accepted=row["accepted_at"] is not None,
        reached=row["reached_at"] is not None,
    )
