"""Deliveries at work: claimed with their intent on disk, settled with their outcome.

One `turn` does both for everything that is ready, in one durable transaction. Under load many requests
share one disk flush; on an idle line each gets its own at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from broadcast.ledger.database import Database
from broadcast.ledger.people import contact_from
from broadcast.ledger.queries import query
from broadcast.ledger.records import Claim, Settlement
from broadcast.ledger.supersede import supersede
from broadcast.model.delivery import DeliveryState, may_become
from broadcast.model.outcome import Thread


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries that are due on a channel, now or at `due` (seconds since the epoch)."""

    channel: str
    state: DeliveryState
    due: float
    count: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn claimed, by channel.

    `due` says for each channel that was asked when more falls due, in seconds since the epoch; channels
    that have nothing more are left out.
    """

    claims: Mapping[str, Sequence[Claim]]
    due: Mapping[str, float]


class Deliveries:
    """The deliveries of one notice, worked on by one run."""

    def __init__(self, database: Database, notice: int, run: str) -> None:
        self._database = database
        self._notice = notice
        self._run = run

    def turn(self, settled: Sequence[Settlement], wanted: Mapping[str, int], now: datetime) -> Turn:
        """Record what became of earlier claims, and claim up to `wanted[channel]` more.

        When it returns, outcomes and intents are on disk. Raises `LedgerError`; then neither is.
        What a newer notice has taken the place of meanwhile is cancelled, not claimed.
        """
        with self._database.transaction() as connection:
            _settle(connection, settled, now.timestamp())
            self._stand_aside(connection, now)
            asked = {channel: limit for channel, limit in wanted.items() if limit > 0}
            claims = {c: self._claim(connection, c, limit, now) for c, limit in asked.items()}
            due = {channel: self._next_due(connection, channel, now) for channel in asked}
            return Turn(claims, {channel: at for channel, at in due.items() if at is not None})

    def lookups(
        self, channel: str, limit: int, now: datetime, until: datetime
    ) -> tuple[list[Claim], float | None]:
        """Claim unknown deliveries to be looked up; nobody asks about them again before `until`.

        Also says when the next one falls due, in seconds since the epoch, if there is one.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                query("claim_lookups"),
                {"channel": channel, "notice": self._notice, "now": now.timestamp(), "limit": limit},
            ).fetchall()
            following = connection.execute(
                query("next_lookup"), {"channel": channel, "notice": self._notice, "claimed": len(rows)}
            ).fetchone()
            connection.executemany(
                query("postpone_lookups"), ({"id": row["id"], "until": until.timestamp()} for row in rows)
            )
            claims = [_claim(row, row["attempt"], row["started_at"], row["attempts"]) for row in rows]
            return claims, following["not_before"] if following else None

    def waiting(self) -> list[Waiting]:
        """What is planned or unknown, by channel."""
        with self._database.reading() as connection:
            return [
                Waiting(row["channel"], DeliveryState(row["state"]), row["due"], row["count"])
                for row in connection.execute(query("waiting"), (self._notice,))
            ]

    def reroute(self, channel: str, reason: str, now: datetime) -> int:
        """Send everybody who waits for `channel` to the next one of their lane; returns how many."""
        values = self._waiting_for(channel, reason, now)
        with self._database.transaction() as connection:
            connection.execute(query("count_rerouted"), values)
            return connection.execute(query("reroute"), values).rowcount

    def hold(self, channel: str, reason: str, now: datetime) -> int:
        """Keep everybody who waits for `channel`, with no way left, until `retry`; returns how many."""
        with self._database.transaction() as connection:
            return connection.execute(query("hold"), self._waiting_for(channel, reason, now)).rowcount

    def unhold(self, now: datetime) -> int:
        """Plan again what was held, from the first channel that cannot have taken it; returns how many.

        What was left unknown is asked about again.
        """
        with self._database.transaction() as connection:
            self._stand_aside(connection, now)
            values = {"notice": self._notice, "now": now.timestamp()}
            count = connection.execute(query("unhold"), values).rowcount
            connection.execute(query("ask_again"), {"notice": self._notice})
            return count

    def owners(self) -> list[str]:
        """The runs that have requests out."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(query("orphan_owners"), (self._notice,))]

    def orphan(self, owner: str, reason: str, now: datetime, until: datetime) -> int:
        """Take over what a dead run left behind: nobody knows whether it was sent; returns how many.

        Nobody asks the provider before `until`: one that accepts late would be believed not to have it.
        """
        values = {
            "notice": self._notice,
            "owner": owner,
            "reason": reason,
            "now": now.timestamp(),
            "until": until.timestamp(),
        }
        with self._database.transaction() as connection:
            connection.execute(query("orphan_attempts"), values)
            return connection.execute(query("orphans_become_unknown"), values).rowcount

    def breaker_opened(self, channel: str, reason: str, now: datetime) -> None:
        """Write down that a channel is left alone, for the story and for the next run."""
        with self._database.transaction() as connection:
            connection.execute(query("open_breaker"), (channel, now.timestamp(), reason))
        self.note("breaker", f"left alone: {reason}", now, channel)

    def breaker_closed(self, channel: str) -> None:
        """Write down that a channel works again."""
        with self._database.transaction() as connection:
            connection.execute(query("close_breaker"), (channel,))

    def note(self, kind: str, detail: str, now: datetime, channel: str | None = None) -> None:
        """Add an event to the story of the notice."""
        values = {
            "notice": self._notice,
            "at": now.timestamp(),
            "kind": kind,
            "channel": channel,
            "detail": detail,
        }
        with self._database.transaction() as connection:
            connection.execute(query("insert_event"), values)

    def _waiting_for(self, channel: str, reason: str, now: datetime) -> dict[str, object]:
        return {"notice": self._notice, "channel": channel, "reason": reason, "now": now.timestamp()}

    def _next_due(self, connection: sqlite3.Connection, channel: str, now: datetime) -> float | None:
        values = {"channel": channel, "notice": self._notice, "now": now.timestamp()}
        moment: float | None = connection.execute(query("next_due"), values).fetchone()[0]
        return moment

    def _stand_aside(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Cancel what came back to be planned after a newer notice was recorded."""
        overtaken = connection.execute(query("overtaken"), (self._notice,)).fetchone()
        if overtaken:
            supersede(connection, overtaken["incident_id"], now)

    def _claim(
        self, connection: sqlite3.Connection, channel: str, limit: int, now: datetime
    ) -> Sequence[Claim]:
        moment = now.timestamp()
        rows = connection.execute(
            query("claim"), {"channel": channel, "notice": self._notice, "now": moment, "limit": limit}
        ).fetchall()
        values = {
            "ids": json.dumps([row["id"] for row in rows]),
            "channel": channel,
            "owner": self._run,
            "now": moment,
        }
        connection.execute(query("mark_sending"), values)
        attempts = {
            row["delivery_id"]: row["id"] for row in connection.execute(query("insert_attempts"), values)
        }
        return [_claim(row, attempts[row["id"]], moment, row["attempts"] + 1) for row in rows]


def _settle(connection: sqlite3.Connection, settled: Sequence[Settlement], moment: float) -> None:
    for settlement in settled:
        _check_transition(settlement)
    connection.executemany(
        query("settle_attempt"),
        ((moment, s.outcome, s.ref, s.reason, s.claim.attempt) for s in settled if s.outcome is not None),
    )
    moving = [s for s in settled if s.step > s.claim.step]
    staying = (_standing(s, moment) for s in settled if s.step <= s.claim.step)
    connection.executemany(query("settle_delivery"), staying)
    for settlement in moving:
        _move_on(connection, settlement, moment)
    connection.executemany(query("keep_thread"), (_kept(s.claim, s.thread) for s in settled if s.thread))


def _move_on(connection: sqlite3.Connection, settlement: Settlement, moment: float) -> None:
    """Settle a delivery that goes on to the next channel of its lane, and count it there once."""
    claim = settlement.claim
    if connection.execute(query("settle_delivery"), _standing(settlement, moment)).rowcount:
        values = {
            "notice": claim.notice,
            "origin": claim.route[claim.step],
            "destination": claim.route[settlement.step],
            "reason": settlement.reason or "",
            "count": 1,
            "now": moment,
        }
        connection.execute(query("count_failover"), values)


def _standing(settlement: Settlement, moment: float) -> dict[str, object]:
    claim = settlement.claim
    return {
        "id": claim.delivery,
        "attempt": claim.attempt,
        "state": settlement.state,
        "step": settlement.step,
        "channel": claim.route[settlement.step],
        "not_before": settlement.not_before,
        "ref": settlement.ref,
        "reason": settlement.reason,
        "now": moment,
    }


def _kept(claim: Claim, thread: Thread) -> dict[str, object]:
    return {
        "notice": claim.notice,
        "channel": claim.route[claim.step],
        "contact": claim.receiver,
        "root": thread.root,
        "last": thread.last,
    }


def _check_transition(settlement: Settlement) -> None:
    """A claim is `sending`, or `unknown` while it is looked up; both may go where the table says."""
    possible = (DeliveryState.SENDING, DeliveryState.UNKNOWN)
    if settlement.state is DeliveryState.UNKNOWN:
        return
    if not any(may_become(state, settlement.state) for state in possible):
        raise AssertionError(f"no delivery becomes {settlement.state} when it is settled")


def _claim(row: sqlite3.Row, attempt: int, started: float, attempts: int) -> Claim:
    thread = Thread(row["root"], row["last"]) if row["root"] is not None else None
    return Claim(
        delivery=row["id"],
        attempt=attempt,
        notice=row["notice_id"],
        texts=row["texts"],
        locale=row["locale"],
        contact=contact_from(row),
        receiver=row["contact"],
        route=_route(row["route"]),
        step=row["step"],
        attempts=attempts,
        thread=thread,
        started_at=datetime.fromtimestamp(started, UTC),
        lookups=row["lookups"],
        reason=row["reason"],
    )


@lru_cache(maxsize=64)
def _route(spelled: str) -> tuple[str, ...]:
    """Thousands of people share a few routes, which need not be read for each of them."""
    return tuple(json.loads(spelled))
