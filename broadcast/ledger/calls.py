"""Calls of people: their steps, what these are to do, and which agent has a call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from broadcast.ledger.call_messages import MessageState
from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Store
from broadcast.ledger.suppressions import suppress
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest
from broadcast.model.suppression import SuppressionReason, suppression

#: Effects that are a message to be sent.
MESSAGES = frozenset({"link"})
#: Calls of one number within this time are counted together.
RECENT = timedelta(hours=1)
#: Messages with a link that one number gets within a day, and all numbers within an hour.
MOST_LINKS, MOST_LINKS_AN_HOUR = 3, 500
#: What the present rate of calls is taken from.
LATELY = timedelta(minutes=15)
#: An agent who did not accept a call within this time is rung after the others.
MISSED = timedelta(minutes=10)
#: So many waits tell how long the next caller waits.
_WAITS = 20
#: A caller who left a message is called within this time.
TICKET_DUE = timedelta(hours=4)
#: Outcomes after which a caller whose call was accepted has spoken to a person.
_SPOKEN = frozenset({"human", "hung-up"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInProgress:
    """What the steps of a call need to know of it.

    `caller` is "" if the number was withheld. `agent` is who accepted the call, "" if nobody has. `rung` are
    the agents who were rung, in order. `asked_at` is when the caller first needed a person. `reached` means
    that the customer of a call-back pressed 1.
    """

    caller: str = field(repr=False)
    called: str
    locale: str
    asked_at: datetime | None
    ended: bool
    agent: str
    rung: tuple[str, ...]
    reached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHistory:
    """What is known of a number.

    `calls` are those of the last hour, `links` the messages with a link of the last day, and `locale` is the
    language of its last call ("" if there was none).
    """

    calls: int
    links: int
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Who waits for a person: the seconds that recent callers waited, how many wait, and who is talking.

    `waits` are those of callers who were served, the newest last; `busy` are the ids of agents. `handling`
    are the seconds of the last talks. `gave_up` callers hung up within the last day while they waited; all
    callers of that day waited for `waited` seconds altogether. `lately` callers asked for a person within
    `LATELY`.
    """

    waits: tuple[float, ...]
    waiting: int
    busy: frozenset[str]
    handling: tuple[float, ...] = ()
    gave_up: int = 0
    waited: float = 0.0
    lately: int = 0


class CallRecords:
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

    def accept(self, source: str, call: str, agent: str, at: datetime, *, page: bool = False) -> str:
        """Give the call to this agent, unless another one was first; return the agent who has it.

        With `page`, an agent who has it now gets a link to the page of the call.
        """
        named = {"source": source, "ref": call}
        accepting = {**named, "agent": agent, "at": at.timestamp()}
        with self._store.transaction() as connection:
            if connection.execute("accept_call", accepting).rowcount > 0 and page:
                details = json.dumps({"agent": agent})
                connection.execute("plan_agent_page", {**accepting, "details": details})
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
            asked_at=moment(row["asked_at"]) if row["asked_at"] is not None else None,
            ended=row["ended_at"] is not None,
            agent=row["agent"] or "",
            rung=rung,
            reached=bool(row["reached"]),
        )

    def history(self, number: str, now: datetime) -> CallHistory:
        """Return what is known of a number's earlier calls."""
        digest = address_digest(self._store.secret(), AddressKind.PHONE, number)
        wanted = {"digest": digest, "since": (now - RECENT).timestamp()}
        with self._store.reading() as connection:
            row = connection.execute("calls_of_number", wanted).fetchone()
            links = _links(connection, digest, now)
        return CallHistory(calls=row["count"], links=links, locale=row["locale"] or "")

    def queue(self, now: datetime) -> Queue:
        """Return who waits for a person now, and how long others waited."""
        recent = {"since": (now - RECENT).timestamp()}
        with self._store.reading() as connection:
            waits = tuple(row["wait"] for row in connection.execute("served_waits", {"limit": _WAITS}))
            waiting = connection.execute("callers_waiting", recent).fetchone()["count"]
            busy = frozenset(row["agent"] for row in connection.execute("agents_talking", recent))
            talks = connection.execute("handling_times", {"limit": _WAITS})
            handling = tuple(row["seconds"] for row in talks)
            day = {
                "since": (now - timedelta(days=1)).timestamp(),
                "lately": (now - LATELY).timestamp(),
            }
            patience = connection.execute("lost_patience", day).fetchone()
        return Queue(
            waits=waits[::-1],
            waiting=waiting,
            busy=busy,
            handling=handling,
            gave_up=patience["gave_up"],
            waited=patience["waited"],
            lately=patience["lately"],
        )

    def missed(self, now: datetime) -> frozenset[str]:
        """Return the agents who did not accept a call that they were rung for lately, and none since."""
        since = {"since": (now - MISSED).timestamp()}
        with self._store.reading() as connection:
            return frozenset(row["agent"] for row in connection.execute("agents_who_missed", since))


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
        number = str(effect.details.get("number") or "")
        digest = address_digest(secret, AddressKind.PHONE, number) if number else None
        values = {
            **named,
            "leg": step.leg,
            "step": step.number,
            "kind": effect.kind,
            "details": json.dumps(dict(effect.details), ensure_ascii=False),
            "agent": effect.details.get("agent"),
            "digest": digest,
            "state": _first_state(connection, effect, {**named, "digest": digest}, step.at),
            "at": at,
        }
        if connection.execute("insert_call_effect", values).rowcount > 0:
            _apply(connection, effect, _Place(named, at, secret, step.locale))


def _first_state(
    connection: Connection, effect: CallEffect, receiver: Mapping[str, Any], now: datetime
) -> str:
    """Return whether a message is planned, or refused: too many, or the same call asked for it before."""
    if effect.kind not in MESSAGES:
        return "recorded"
    digest = receiver["digest"]
    if digest is not None and connection.execute("link_of_call", receiver).fetchone()["count"]:
        return MessageState.REFUSED
    hour = {"since": (now - timedelta(hours=1)).timestamp()}
    if digest is None or _links(connection, digest, now) >= MOST_LINKS:
        return MessageState.REFUSED
    if connection.execute("links_since", hour).fetchone()["count"] >= MOST_LINKS_AN_HOUR:
        return MessageState.REFUSED
    return MessageState.PLANNED


def _links(connection: Connection, digest: bytes, now: datetime) -> int:
    wanted = {"digest": digest, "since": (now - timedelta(days=1)).timestamp()}
    return int(connection.execute("links_of_number", wanted).fetchone()["count"])


@dataclass(frozen=True, slots=True)
class _Place:
    """The call that an effect belongs to, and when it happened (seconds since the epoch)."""

    named: Mapping[str, object]
    at: float
    secret: bytes
    locale: str


def _apply(connection: Connection, effect: CallEffect, place: _Place) -> None:
    """Let an effect take place, in the transaction that records it."""
    details, named = effect.details, {**place.named, "at": place.at}
    match effect.kind:
        case "hand-over":
            connection.execute("call_asked", {**named, "topic": details["topic"]})
        case "rating":
            connection.execute("call_rated", {**named, "rating": details["rating"]})
        case "end":
            _end(connection, str(details["outcome"]), named)
        case "stop":
            _stop(connection, str(details["number"]), place)
        case "call-back":
            digest = address_digest(place.secret, AddressKind.PHONE, str(details["number"]))
            connection.execute("request_call_back", {**named, **details, "digest": digest})
        case "ticket":
            due = place.at + TICKET_DUE.total_seconds()
            connection.execute("open_ticket", {**named, **details, "due": due})
        case _:
            pass


def _end(connection: Connection, outcome: str, named: Mapping[str, object]) -> None:
    connection.execute("call_outcome", {**named, "outcome": outcome})
    connection.execute("conversation_ended", named)
    if outcome == "hung-up":
        connection.execute("call_ended", named)
    if outcome in _SPOKEN:
        connection.execute("end_call_back_in_call", named)


def _stop(connection: Connection, number: str, place: _Place) -> None:
    source = f"a key on {place.named['source']}"
    at = moment(place.at)
    reason = SuppressionReason.OPTED_OUT
    suppress(connection, [suppression(place.secret, AddressKind.PHONE, number, reason, source, at)])
