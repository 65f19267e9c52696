"""Claim deliveries with their intent on disk, and settle them with their outcome.

One `turn` does both for everything that is ready, in one durable transaction. Under load many requests
share one disk flush; on an idle line each gets its own at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from broadcast.errors import LedgerError, UnknownCommit
from broadcast.ledger.claims import claim_from
from broadcast.ledger.escalation_rows import cancel_pages, is_escalation
from broadcast.ledger.follow_ups import hold_end, supersede
from broadcast.ledger.records import Claim, Settlement
from broadcast.ledger.service_record import service_record
from broadcast.ledger.settlements import record_pauses, settle
from broadcast.ledger.shared_addresses import Claimed, number_held, settle_shared
from broadcast.ledger.store import Connection, Pacing, Run, Store
from broadcast.ledger.unconfirmed import cancel_answered, keep_reached
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
    """What one turn claimed.

    Attributes:
        claimed_at: When the claims were on disk, in monotonic seconds. Until then no other process could
            record a newer notice, so they go stale 5 seconds later.
        claims: By channel.
        due: By channel, when more falls due, in seconds since the epoch; missing if there is nothing more.
        next_at: By channel, when its pace lets more out, in monotonic seconds.
        pauses: The pauses of these channels that have not ended, also those that other processes met.
        moved: Channels that deliveries were put on because their address may have the notice already.
    """

    claimed_at: float
    claims: Mapping[str, Sequence[Claim]]
    due: Mapping[str, float]
    next_at: Mapping[str, float]
    pauses: Sequence[Pause]
    moved: Sequence[str] = ()


class Deliveries:
    """The deliveries of one notice, worked on by one run. Every method raises `LedgerError`.

    Example:
        >>> work = ledger.deliveries(notice.id, run, clock=clock)
        >>> turn = work.turn([], {"sms": 8}, clock.now())
        >>> [claim.receiver for claim in turn.claims["sms"]]
        ['kd4711-0', 'kd4711-1']
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
        self._pages: bool | None = None  # whether these are the pages of an escalation, once it is known
        self._out: set[int] = set()  # attempts whose requests may be under way
        self._out_before: set[int] = set()  # those of them that were claimed under a former name of the run

    def turn(
        self,
        settled: Sequence[Settlement],
        wanted: Mapping[str, int],
        now: datetime,
        pauses: Sequence[Pause] = (),
    ) -> Turn:
        """Record outcomes of earlier claims, and claim more. When it returns, both are on disk.

        What a newer notice has superseded is cancelled and not claimed.

        Args:
            settled: The outcomes, and where they leave their deliveries.
            wanted: How many to claim at most, by channel.
            now: The time of the turn.
            pauses: What providers asked for since the last turn; from now on they hold for every run.

        Raises:
            LedgerError: Nothing was recorded and nothing claimed.
            DoubtfulCommit: It was all recorded and claimed, or nothing. The run then has another name: what
                it may have claimed under the former one is looked up, like everything that a dead run left.
        """
        try:
            turn, newest = self._take_turn(settled, wanted, now, pauses)
        except UnknownCommit:
            with suppress(
                LedgerError
            ):  # the run ends by the error that is raised below, and its name with it
                self._run.rename()
            # Requests from before are still awaited under the former name, so it must stay alive.
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
        """Return what was claimed, and the number of the newest notice that superseded something."""
        with self._store.transaction() as connection:
            # The order matters: outcomes may plan deliveries again, newer notices cancel some of them, and a
            # channel that pauses now gets no claims.
            settle(connection, settled, now.timestamp())
            cancel_answered(connection, _back(settled), now)
            keep_reached(connection, _left_in(settled, {DeliveryState.FAILED}), now)
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
        """Undo claims whose request has certainly not left this machine: they count as no attempt."""
        values = {"attempts": [claim.attempt for claim in claims]}
        with self._store.transaction() as connection:
            connection.execute("withdraw_deliveries", values)
            connection.execute("withdraw_attempts", values)
        self._newest = 0  # a newer notice may have been recorded since they were claimed
        self._back_from(claims)

    def lookups(
        self, channel: str, limit: int, now: datetime, until: datetime
    ) -> tuple[list[Claim], float | None]:
        """Claim unknown deliveries of a channel for a look-up.

        Args:
            channel: The name of the channel.
            limit: How many at most.
            now: The time of the look-up.
            until: No process claims them again before that, also if this one dies.

        Returns:
            The claims, and when the next one falls due in seconds since the epoch; None if there is none.
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
        """Restart the waits after the wall clock was set: none gets longer, no look-up comes too early.

        What is planned is due at once; a provider that asked for a pause is still left alone.

        Args:
            before: What the clock would show now if it had not been set.
        """
        with self._store.transaction() as connection:
            # Read after the transaction began: waits that other processes wrote before must not lie ahead.
            self._restart_waits(connection, self._clock.now(), before.timestamp())

    def waiting(self) -> list[Waiting]:
        """Return what is planned or unknown, by channel."""
        with self._store.reading() as connection:
            return [
                Waiting(row["channel"], DeliveryState(row["state"]), row["due"], row["count"])
                for row in connection.execute("waiting", {"notice": self._notice})
            ]

    def reroute(self, channel: str, reason: str, now: datetime) -> int:
        """Move what waits for a channel to the next one of its lane; return how many deliveries moved."""
        values = self._waiting_for(channel, reason, now)
        with self._store.transaction() as connection:
            connection.execute("count_rerouted", values)
            moved = connection.execute("reroute", values).rowcount
            if moved:
                hold_end(connection, self._notice, channel, reason, now.timestamp())
            return moved

    def hold(self, channel: str, reason: str, now: datetime) -> int:
        """Hold what waits for a channel and has none left after it; return how many it was."""
        with self._store.transaction() as connection:
            return connection.execute("hold", self._waiting_for(channel, reason, now)).rowcount

    def unhold(self, now: datetime, usable: Mapping[str, AddressKind | None] | None = None) -> int:
        """Plan again what was held, from the first channel that cannot have taken it; return how many.

        What was left unknown is looked up again, and what waits for another attempt is due at once.

        Args:
            now: The time.
            usable: The configured channels with the kind of address that each uses. What none of them can
                send stays held. None plans everything again.
        """
        with self._store.transaction() as connection:
            self._stand_aside(connection, now)
            values = {
                "notice": self._notice,
                "now": now.timestamp(),
                "usable": None if usable is None else list(usable),
            }
            self._restart_waits(connection, now, None)
            number_held(connection, self._notice, usable or {})
            count = connection.execute("unhold", values).rowcount
            connection.execute("ask_again", {"notice": self._notice, "never": math.inf})
            return count

    def owners(self) -> list[str]:
        """Return the names of the runs that have requests of the notice out."""
        with self._store.reading() as connection:
            return [row[0] for row in connection.execute("orphan_owners", (self._notice,))]

    def channels_of(self, owner: str) -> list[str]:
        """Return the channels on which that run has requests of the notice out."""
        with self._store.reading() as connection:
            return [row[0] for row in connection.execute("channels_of_owner", (self._notice, owner))]

    def orphan(self, owner: str, reason: str, now: datetime, until: datetime) -> int:
        """Make the requests of a dead run unknown, for they may have been sent; return how many there were.

        Args:
            owner: The name of the dead run.
            reason: Why they are unknown.
            now: The time.
            until: When they may be looked up. A provider that accepts late must not be asked too early: it
                would answer that it has nothing, and the message would be sent again.
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
        """Record that a channel is left alone, for the report and for the next run."""
        with self._store.transaction() as connection:
            connection.execute("open_breaker", (channel, now.timestamp(), reason))
        self.note("breaker", f"left alone: {reason}", now, channel)

    def breaker_closed(self, channel: str) -> None:
        """Record that a channel works again."""
        with self._store.transaction() as connection:
            connection.execute("close_breaker", (channel,))

    def note(self, kind: str, detail: str, now: datetime, channel: str | None = None) -> None:
        """Record an event of the notice, for the report."""
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
        """Return the states of services now, for a request about the notice on a channel."""
        return service_record(self._store, self._notice, channel)

    def _back_from(self, claims: Iterable[Claim] = ()) -> None:
        """Note that these requests are over; after the last one under a former name, give up that name."""
        over = {claim.attempt for claim in claims}
        self._out -= over
        self._out_before -= over
        if not self._out_before:
            self._run.forsake()

    def _restart_waits(self, connection: Connection, now: datetime, before: float | None) -> None:
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
        """Cancel what newer notices supersede; return the number of the newest, 0 if there is none.

        Args:
            connection: A transaction that claims.
            now: The time.
            back: Deliveries that this turn plans again. If the newest notice is known from an earlier turn,
                only they can still be superseded.
        """
        if self._pages is None:
            self._pages = is_escalation(connection, self._notice)
        if self._pages:
            cancel_pages(connection, self._notice, now)
            return 0
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
        """Return claims on a channel, and the channels that other deliveries of it were moved to."""
        values = {
            "channel": channel,
            "notice": self._notice,
            "owner": self._run.id,
            "now": now.timestamp(),
            "limit": pacing.most(channel, wanted),
        }
        # Tokens are taken for requests, so it must be known before how many texts the claims have.
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
    return _left_in(settled, {DeliveryState.PLANNED, DeliveryState.HELD})


def _left_in(settled: Sequence[Settlement], states: Collection[DeliveryState]) -> list[int]:
    return [claim.delivery for one in settled if one.state in states for claim in one.claims]
