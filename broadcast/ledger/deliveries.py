"""Deliveries at work: claimed with their intent on disk, settled with their outcome.

One `turn` does both for everything that is ready, in one durable transaction. Under load many requests
share one disk flush; on an idle line each gets its own at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from broadcast.errors import DoubtfulCommit, LedgerError
from broadcast.ledger.claims import claim_from
from broadcast.ledger.follow_ups import hold_end, supersede
from broadcast.ledger.records import Claim, Settlement
from broadcast.ledger.service_record import service_record
from broadcast.ledger.settlements import record_pauses, settle
from broadcast.ledger.shared_addresses import Claimed, number_held, settle_shared
from broadcast.ledger.store import Connection, Pacing, Run, Store
from broadcast.model.clock import Clock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.outgoing import ServiceRecord
from broadcast.model.pace import Pace, Pause
from broadcast.model.unknown import OnUnknown


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries that are due on a channel, now or at `due` (seconds since the epoch)."""

    channel: str
    state: DeliveryState
    due: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn claimed, by channel.

    `due` says for each channel that was asked when more falls due, in seconds since the epoch; channels
    that have nothing more are left out. `next_at` says when its pace lets more out, in monotonic seconds.
    `pauses` are those that hold now, whoever was asked for them. `moved` are channels that deliveries were
    put on because their address may have the notice already. `claimed_at` is when the claims were on disk,
    in monotonic seconds: until then no other process could record a newer notice.
    """

    claimed_at: float
    claims: Mapping[str, Sequence[Claim]]
    due: Mapping[str, float]
    next_at: Mapping[str, float]
    pauses: Sequence[Pause]
    moved: Sequence[str] = ()


class Deliveries:
    """The deliveries of one notice, worked on by one run.

    `paces` hold for all runs together; a channel without one is as fast as it can be. `on_unknown` is what to
    do if an address may have the notice by another delivery whose answer was lost.
    """

    def __init__(
        self,
        store: Store,
        notice: int,
        run: Run,
        paces: Mapping[str, Pace],
        clock: Clock,
        on_unknown: OnUnknown,
    ) -> None:
        self._store = store
        self._notice = notice
        self._run = run
        self._paces = paces
        self._clock = clock
        self._on_unknown = on_unknown
        self._newest = 0  # the number of the newest notice that was made way for
        self._out: set[int] = set()  # attempts whose requests may be under way
        self._out_before: set[int] = set()  # those of them that were claimed under a former name of the run

    def turn(
        self,
        settled: Sequence[Settlement],
        wanted: Mapping[str, int],
        now: datetime,
        pauses: Sequence[Pause] = (),
    ) -> Turn:
        """Record what became of earlier claims, and claim up to `wanted[channel]` more.

        When it returns, outcomes and intents are on disk. Raises `LedgerError`; then neither is.
        What a newer notice has taken the place of meanwhile is cancelled, not claimed. `pauses` are what
        providers asked for since the last turn; from now on they hold for every run.
        Raises `DoubtfulCommit` if it may be either. The run then goes by another name: what it may have
        claimed under the old one belongs to a dead run, and is looked up like what other dead runs left.
        """
        try:
            turn, newest = self._take_turn(settled, wanted, now, pauses)
        except DoubtfulCommit:
            with suppress(LedgerError):  # then it ends by this error, and its name with it
                self._run.rename()
            self._out_before = set(self._out)
            self._back_from()
            raise
        self._newest = newest
        self._out.update(claim.attempt for claims in turn.claims.values() for claim in claims)
        self._back_from(claim for one in settled for claim in one.claims)
        return turn

    def _take_turn(
        self,
        settled: Sequence[Settlement],
        wanted: Mapping[str, int],
        now: datetime,
        pauses: Sequence[Pause],
    ) -> tuple[Turn, int]:
        """Return what was claimed, and the newest notice that was made way for."""
        with self._store.transaction() as connection:
            settle(connection, settled, now.timestamp())
            newest = self._stand_aside(connection, now, _back(settled))
            record_pauses(connection, pauses, now)
            asked = {channel: limit for channel, limit in wanted.items() if limit > 0}
            pacing = self._store.pacing(connection, self._paces, now, self._clock)
            claimed = {c: self._claim(connection, pacing, c, limit, now) for c, limit in asked.items()}
            claims = {channel: claims for channel, (claims, _) in claimed.items()}
            due = {channel: self._next_due(connection, channel, now) for channel in asked}
        turn = Turn(
            claimed_at=self._clock.monotonic(),
            claims=claims,
            due={channel: at for channel, at in due.items() if at is not None},
            next_at={channel: pacing.next_at(channel) for channel in asked},
            pauses=tuple(pacing.pauses[channel] for channel in asked if channel in pacing.pauses),
            moved=tuple(name for _, moved in claimed.values() for name in moved),
        )
        return turn, newest

    def withdraw(self, claims: Sequence[Claim]) -> None:
        """Plan again what was claimed and has certainly not left this machine, as if it never had been."""
        values = {"attempts": [claim.attempt for claim in claims]}
        with self._store.transaction() as connection:
            connection.execute("withdraw_deliveries", values)
            connection.execute("withdraw_attempts", values)
        self._newest = 0  # a newer notice may have been recorded since they were claimed
        self._back_from(claims)

    def lookups(
        self, channel: str, limit: int, now: datetime, until: datetime
    ) -> tuple[list[Claim], float | None]:
        """Claim unknown deliveries to be looked up; nobody asks about them again before `until`.

        Also says when the next one falls due, in seconds since the epoch, if there is one.
        """
        with self._store.transaction() as connection:
            rows = connection.execute(
                "claim_lookups",
                {"channel": channel, "notice": self._notice, "now": now.timestamp(), "limit": limit},
            ).fetchall()
            following = connection.execute(
                "next_lookup",
                {"channel": channel, "notice": self._notice, "claimed": len(rows), "never": math.inf},
            ).fetchone()
            connection.executemany(
                "postpone_lookups",
                ({"id": row["id"], "until": until.timestamp(), "now": now.timestamp()} for row in rows),
            )
            return [claim_from(row) for row in rows], following["not_before"] if following else None

    def restart_waits(self, before: datetime) -> None:
        """Let nobody wait longer, or look up too early, because the wall clock was put back or forward.

        `before` is what it would show now otherwise. What is planned is due at once: a provider that asked
        for patience is left alone by its pause.
        """
        with self._store.transaction() as connection:
            # Read behind the lock: waits that others wrote meanwhile must not seem to lie ahead.
            self._wait_anew(connection, self._clock.now(), before.timestamp())

    def waiting(self) -> list[Waiting]:
        """Return what is planned or unknown, by channel."""
        with self._store.reading() as connection:
            return [
                Waiting(row["channel"], DeliveryState(row["state"]), row["due"], row["count"])
                for row in connection.execute("waiting", {"notice": self._notice})
            ]

    def reroute(self, channel: str, reason: str, now: datetime) -> int:
        """Send everybody who waits for `channel` to the next one of their lane; returns how many."""
        values = self._waiting_for(channel, reason, now)
        with self._store.transaction() as connection:
            connection.execute("count_rerouted", values)
            moved = connection.execute("reroute", values).rowcount
            if moved:
                hold_end(connection, self._notice, channel, reason, now.timestamp())
            return moved

    def hold(self, channel: str, reason: str, now: datetime) -> int:
        """Keep everybody who waits for `channel`, with no way left, until `retry`; returns how many."""
        with self._store.transaction() as connection:
            return connection.execute("hold", self._waiting_for(channel, reason, now)).rowcount

    def unhold(self, now: datetime, usable: Mapping[str, AddressKind | None] | None = None) -> int:
        """Plan again what was held, from the first channel that cannot have taken it; returns how many.

        What none of the `usable` channels can send stays held; they come with the kind of address that each
        uses, and without them everything is planned again. What was left unknown is asked about again. What
        was to wait before it is tried again is due at once.
        """
        with self._store.transaction() as connection:
            self._stand_aside(connection, now)
            values = {
                "notice": self._notice,
                "now": now.timestamp(),
                "usable": None if usable is None else list(usable),
            }
            self._wait_anew(connection, now, None)
            number_held(connection, self._notice, usable or {})
            count = connection.execute("unhold", values).rowcount
            connection.execute("ask_again", {"notice": self._notice, "never": math.inf})
            return count

    def owners(self) -> list[str]:
        """Return the runs that have requests out."""
        with self._store.reading() as connection:
            return [row[0] for row in connection.execute("orphan_owners", (self._notice,))]

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
        with self._store.transaction() as connection:
            connection.execute("orphan_attempts", values)
            return connection.execute("orphans_become_unknown", values).rowcount

    def breaker_opened(self, channel: str, reason: str, now: datetime) -> None:
        """Write down that a channel is left alone, for the story and for the next run."""
        with self._store.transaction() as connection:
            connection.execute("open_breaker", (channel, now.timestamp(), reason))
        self.note("breaker", f"left alone: {reason}", now, channel)

    def breaker_closed(self, channel: str) -> None:
        """Write down that a channel works again."""
        with self._store.transaction() as connection:
            connection.execute("close_breaker", (channel,))

    def note(self, kind: str, detail: str, now: datetime, channel: str | None = None) -> None:
        """Add an event to the story of the notice."""
        values = {
            "notice": self._notice,
            "at": now.timestamp(),
            "kind": kind,
            "channel": channel,
            "detail": detail,
        }
        with self._store.transaction() as connection:
            connection.execute("insert_event", values)

    def service_record(self, channel: str) -> ServiceRecord:
        """Return how services are now, for a request about the notice on `channel`."""
        return service_record(self._store, self._notice, channel)

    def _back_from(self, claims: Iterable[Claim] = ()) -> None:
        """These requests are over. With the last of a former name, nothing that goes by it is under way."""
        over = {claim.attempt for claim in claims}
        self._out -= over
        self._out_before -= over
        if not self._out_before:
            self._run.forsake()

    def _wait_anew(self, connection: Connection, now: datetime, before: float | None) -> None:
        values = {"notice": self._notice, "now": now.timestamp(), "before": before}
        connection.execute("wait_no_longer", {"notice": self._notice})
        connection.execute("restart_waits", values)

    def _waiting_for(self, channel: str, reason: str, now: datetime) -> dict[str, object]:
        return {"notice": self._notice, "channel": channel, "reason": reason, "now": now.timestamp()}

    def _next_due(self, connection: Connection, channel: str, now: datetime) -> float | None:
        values = {"channel": channel, "notice": self._notice, "now": now.timestamp()}
        moment: float | None = connection.execute("next_due", values).fetchone()[0]
        return moment

    def _stand_aside(self, connection: Connection, now: datetime, back: Collection[int] = ()) -> int:
        """Cancel what newer notices stand in the place of; the number of the newest, or 0.

        Once it has been done for the newest, only what came `back` to be planned can be such a message.
        """
        overtaken = connection.execute("overtaken", (self._notice,)).fetchone()
        if overtaken is None:
            return 0
        newest: int = overtaken["newest"]
        only = back if newest == self._newest else None
        if only is None or only:
            supersede(connection, overtaken["incident_id"], now, only)
        return newest

    def _claim(
        self, connection: Connection, pacing: Pacing, channel: str, wanted: int, now: datetime
    ) -> tuple[Sequence[Claim], list[str]]:
        """Claims on a channel, and other channels that deliveries were moved to instead."""
        values = {
            "channel": channel,
            "notice": self._notice,
            "owner": self._run.id,
            "now": now.timestamp(),
            "limit": pacing.most(channel, wanted),
        }
        if channel in self._paces:
            due = connection.execute("due_texts", values).fetchall()
            values["limit"] = pacing.admit(channel, due)
        attempts = self._store.intend(connection, values)
        just = Claimed(
            channel=channel,
            run=self._run.id,
            attempts=attempts,
            now=now.timestamp(),
            on_unknown=self._on_unknown,
        )
        moved = settle_shared(connection, just)
        return [claim_from(row) for row in connection.execute("intended", {"attempts": attempts})], moved


def _back(settled: Sequence[Settlement]) -> list[int]:
    """Return the deliveries that wait again after a request."""
    waiting = {DeliveryState.PLANNED, DeliveryState.HELD}
    return [claim.delivery for one in settled if one.state in waiting for claim in one.claims]
