"""Calls of people: their steps, what these are to do, and which agent has a call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.call_step import CallEffect, CallStep, Details
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest

#: Effects that something is still to be done about; the others are only a record.
TO_DO = frozenset({"link", "call-back", "ticket", "stop"})
#: Calls of one number within this time are counted together.
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInProgress:
    """What the steps of a call need to know of it.

    `caller` is "" if the number was withheld. `agent` is who accepted the call, "" if nobody has. `rung` are
    the agents who were rung, in order. `asked_at` is when the caller first needed a person.
    """

    caller: str = field(repr=False)
    called: str
    locale: str
    began_at: datetime
    asked_at: datetime | None
    ended: bool
    agent: str
    rung: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHistory:
    """How often a number called within the last hour, and the language of its last call ("" if none)."""

    calls: int
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEffect:
    """An effect that is still to be done; `id` is the ledger's own number for it."""

    id: int
    call: str
    step: int
    kind: str
    details: Details = field(repr=False)
    locale: str
    at: datetime


class Calls:
    """The ledger's calls. `source` is the channel that they come by."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, source: str, steps: Sequence[CallStep]) -> None:
        """Record steps with their effects, all in one transaction; the same steps again change nothing.

        Raises `LedgerError`: then nothing was recorded.
        """
        secret = self._store.secret()
        with self._store.transaction() as connection:
            for step in steps:
                _record(connection, source, step, secret)

    def accept(self, source: str, call: str, agent: str, at: datetime) -> str:
        """Give the call to this agent, unless another one was first; return the agent who has it."""
        named = {"source": source, "ref": call}
        with self._store.transaction() as connection:
            connection.execute("accept_call", {**named, "agent": agent, "at": at.timestamp()})
            row = connection.execute("acceptance_of_call", named).fetchone()
        return row["agent"] if row else ""

    def in_progress(self, source: str, call: str) -> CallInProgress | None:
        """Return what is known of a call; None if it is unknown."""
        with self._store.reading() as connection:
            row = connection.execute("call_in_progress", {"source": source, "ref": call}).fetchone()
            if row is None:
                return None
            rung = tuple(each["agent"] for each in connection.execute("agents_rung", (row["id"],)))
        return CallInProgress(
            caller=row["caller"] or "",
            called=row["called"],
            locale=row["locale"],
            began_at=moment(row["began_at"]),
            asked_at=moment(row["asked_at"]) if row["asked_at"] is not None else None,
            ended=row["ended_at"] is not None,
            agent=row["agent"] or "",
            rung=rung,
        )

    def history(self, number: str, now: datetime) -> CallHistory:
        """Return what is known of a number's earlier calls."""
        digest = address_digest(self._store.secret(), AddressKind.PHONE, number)
        wanted = {"digest": digest, "since": (now - RECENT).timestamp()}
        with self._store.reading() as connection:
            row = connection.execute("calls_of_number", wanted).fetchone()
        return CallHistory(calls=row["count"], locale=row["locale"] or "")

    def to_do(self, kind: str, limit: int = 100) -> list[OpenEffect]:
        """Return the effects of a kind that are still to be done, oldest first."""
        with self._store.reading() as connection:
            return [
                _open(row) for row in connection.execute("open_call_effects", {"kind": kind, "limit": limit})
            ]

    def done(self, effect: OpenEffect, at: datetime) -> bool:
        """Note that an effect was done; False if it was done before."""
        with self._store.transaction() as connection:
            values = {"id": effect.id, "at": at.timestamp()}
            return connection.execute("call_effect_done", values).rowcount > 0


def _record(connection: Connection, source: str, step: CallStep, secret: bytes) -> None:
    at = step.at.timestamp()
    named = {"source": source, "ref": step.call}
    begun = {
        **named,
        "called": step.called,
        "caller": step.caller or None,
        "digest": address_digest(secret, AddressKind.PHONE, step.caller) if step.caller else None,
        "locale": step.locale,
        "at": at,
    }
    connection.execute("begin_call", begun)
    for effect in step.effects:
        values = {
            **named,
            "leg": step.leg,
            "step": step.number,
            "kind": effect.kind,
            "details": json.dumps(dict(effect.details), ensure_ascii=False),
            "at": at,
            "done": None if effect.kind in TO_DO else at,
        }
        if connection.execute("insert_call_effect", values).rowcount > 0:
            _note(connection, effect, named, at)


def _note(connection: Connection, effect: CallEffect, named: Mapping[str, object], at: float) -> None:
    """Note with the call what an effect says about it."""
    details = effect.details
    if effect.kind == "hand-over":
        connection.execute("call_asked", {**named, "at": at, "topic": details["topic"]})
    elif effect.kind == "rating":
        connection.execute("call_rated", {**named, "rating": details["rating"]})
    elif effect.kind == "end":
        connection.execute("call_outcome", {**named, "outcome": details["outcome"]})
        if details["outcome"] == "hung-up":
            connection.execute("call_ended", {**named, "at": at})


def _open(row: Row) -> OpenEffect:
    return OpenEffect(
        id=row["id"],
        call=row["ref"],
        step=row["step"],
        kind=row["kind"],
        details=json.loads(row["details"]),
        locale=row["locale"],
        at=moment(row["recorded_at"]),
    )
