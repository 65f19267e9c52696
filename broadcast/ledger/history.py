"""Read the ledger back: what was sent to which receiver, when and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from broadcast.ledger.columns import contact_from, moment
from broadcast.ledger.counts import Counts, DeliveryCount, Failover, StillOwed, counts_of_channel
from broadcast.ledger.records import DeliveryLine, LedgerEvent, Notice
from broadcast.ledger.scrub import NOT_REACHED
from broadcast.ledger.store import Row, Store
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident
from broadcast.model.mask import mask
from broadcast.model.previous_delivery import PreviousDelivery

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAttempts:
    """What the requests over one channel came to, counted per message.

    `left` counts those of which something left this machine.
    """

    channel: str
    attempts: int
    accepted: int
    unknown: int
    failed: int
    left: int
    first_at: datetime
    accepted_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A channel that failed when it was last used, since when and why."""

    channel: str
    opened_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReach:
    """The figures of one notice on one channel, counted in messages.

    Attributes:
        channel: The name of the channel.
        targeted: Messages whose turn came on this channel. Those that are in none of the next three were not
            tried: they are held, superseded, or moved on because the channel was left alone.
        accepted: Messages that its provider accepted.
        unknown: Messages whose answer was lost.
        failed: Messages that were tried and refused.
        first_at: When the first request began.
        accepted_at: When the first message was accepted.
        last_at: When the last answer came.
    """

    channel: str
    targeted: int
    accepted: int
    unknown: int
    failed: int
    first_at: datetime | None
    accepted_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStanding:
    """One message owed to one person: where it stands, and whether an answer about it was lost."""

    contact: str
    sequence: int
    audience: str
    channel: str
    state: DeliveryState
    unknown: bool
    name: str
    phone: str | None
    email: str | None
    reason: str | None


class History:
    """What was sent to which receiver, when and how. Methods raise `LedgerError`, and change nothing.

    Example:
        >>> counts(ledger.history.delivery_counts(notice.id)).accepted
        1220
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def delivery_counts(self, notice: int) -> list[DeliveryCount]:
        """Return the number of deliveries of a notice by channel, state and place of their route."""
        with self._store.reading() as connection:
            rows = connection.execute("delivery_counts", {"notice": notice})
            return [_delivery_count(row) for row in rows]

    def still_owed(self, incident: Incident) -> tuple[StillOwed, ...]:
        """Return what the notices of an incident have not sent yet, by notice and channel."""
        return tuple(self._each("still_owed", incident.id, lambda row: StillOwed(*row)))

    def attempts(self, notice: int) -> list[ChannelAttempts]:
        """Return what the requests of a notice came to, by channel in the order of their first use."""
        channels = self._each("channels_of_notice", notice, lambda row: str(row[0]))
        found = dict(self._attempts(notice, channel) for channel in channels)
        return [found[first] for first in sorted(found)]

    def counts_by_channel(self, notice: int) -> dict[str, Counts]:
        """Return the counts of a notice for each channel that has, or had, its messages."""
        entries, failovers = self.delivery_counts(notice), self.failovers(notice)
        names = dict.fromkeys([*(one.origin for one in failovers), *(one.channel for one in entries)])
        return {name: counts_of_channel(name, entries, failovers) for name in names if name}

    def failovers(self, notice: int) -> list[Failover]:
        """Return where one channel stepped in for another."""
        return self._each("failovers", notice, _failover)

    def held_reasons(self, notice: int) -> dict[str, str]:
        """Return the most frequent reason of what a notice holds, by channel."""
        return dict(self._each("held_reasons", notice, lambda row: (row["channel"], row["reason"])))

    def threads(self, incident: int) -> dict[str, tuple[str, str]]:
        """Return the provider's first and latest reference in an incident, by channel that publishes."""
        return dict(self._each("threads", incident, lambda row: (row["channel"], (row["root"], row["last"]))))

    def previous_deliveries(self, incident: Incident) -> list[PreviousDelivery]:
        """Return what earlier notices sent, or may have sent, by channel: the oldest message first."""
        refused: dict[int, tuple[str, ...]] = {}
        for delivery, channel in self._each("refusals", incident.id, tuple):
            refused[delivery] = (*refused.get(delivery, ()), channel)
        return self._each(
            "previous_deliveries", incident.id, lambda row: _previous(row, refused.get(row["id"], ()))
        )

    def waiting_deliveries(self, incident: Incident) -> list[PreviousDelivery]:
        """Return what earlier notices still have to send: the oldest message first."""
        return self._each("waiting_deliveries", incident.id, _previous)

    def audiences(self, incident: Incident) -> list[str]:
        """Return every audience that a notice of the incident was meant for, reached or not."""
        return self._each("audiences_of_incident", incident.id, lambda row: str(row["audience"]))

    def texts(self, incident: Incident) -> list[tuple[str, str, str]]:
        """Return audience, locale and kind of channel of every text that a notice of the incident had."""
        return self._each("texts_of_incident", incident.id, tuple)

    def lines(self, notice: Notice) -> list[DeliveryLine]:
        """Return the deliveries of a notice, one line each."""
        return self._each("lines", notice.id, _line)

    def unreached(self, notice: int) -> list[str]:
        """Return a line with the reason for each of the first ten people who were not surely reached."""
        return self._each("unreached", notice, _unreached)

    def open_routes(self, notice: Notice) -> set[tuple[str, ...]]:
        """Return the routes of all deliveries that are not over."""
        return set(self._each("open_routes", notice.id, lambda row: tuple(json.loads(row["route"]))))

    def routes(self, notice: Notice) -> set[tuple[str, ...]]:
        """Return the routes of all deliveries."""
        return set(self._each("routes", notice.id, lambda row: tuple(json.loads(row["route"]))))

    def events(self, incident: Incident) -> list[LedgerEvent]:
        """Return the events of an incident, in order."""
        return self._each("events", incident.id, _event)

    def warnings(self, notice: int) -> list[str]:
        """Return the warnings of channels that accepted a message and did not do all of it."""
        return self._each("warnings", notice, lambda row: f"{row['channel']}: {row['detail']}")

    def first_accepted(self, incident: Incident) -> datetime | None:
        """Return when a provider accepted the first message of the incident; None if none did."""
        at: float | None = self._each("first_accepted", incident.id, lambda row: row[0])[0]
        return moment(at)

    def reach(self, notice: Notice) -> list[ChannelReach]:
        """Return the figures of a notice by channel, in the order of lanes and routes."""
        return self._each("reach", notice.id, _reach)

    def standings(self, incident: Incident) -> list[DeliveryStanding]:
        """Return the state of every message that a person was owed, notice by notice."""
        return self._each("standings", incident.id, _standing)

    def duplicates(self, incident: Incident) -> int:
        """Return how many messages were accepted that should not have been sent again."""
        return self._each("duplicates", incident.id, lambda row: int(row[0]))[0]

    def possible_duplicates(self, notice: int) -> int:
        """Return how many messages of a notice were accepted while the answer to another attempt was lost."""
        return self._each("possible_duplicates", notice, lambda row: int(row[0]))[0]

    def breakers(self) -> list[OpenBreaker]:
        """Return the channels that failed when they were last used."""
        with self._store.reading() as connection:
            return [
                OpenBreaker(
                    row["channel"],
                    moment(row["opened_at"]),
                    row["reason"],
                )
                for row in connection.execute("breakers")
            ]

    def open_deliveries(self) -> dict[str, int]:
        """Return how many deliveries of open incidents there are, by state."""
        with self._store.reading() as connection:
            return {row["state"]: row["number"] for row in connection.execute("open_deliveries")}

    def _attempts(self, notice: int, channel: str) -> tuple[int, ChannelAttempts]:
        """Return what the requests over one channel came to, and the number of the first."""
        with self._store.reading() as connection:
            row = connection.execute("attempts_of_notice", (notice, channel)).fetchone()
            reason = connection.execute("failure_reasons", (notice, channel)).fetchone()
        accepted_at = row["accepted_at"]
        return row["first_id"], ChannelAttempts(
            channel=channel,
            attempts=row["attempts"],
            accepted=row["accepted"],
            unknown=row["unknown"],
            failed=row["failed"],
            left=row["left"],
            first_at=moment(row["first_at"]),
            accepted_at=moment(accepted_at),
            reason=reason["reason"] if reason else None,
        )

    def _each(self, name: str, id: int, make: Callable[[Row], T]) -> list[T]:
        with self._store.reading() as connection:
            return [make(row) for row in connection.execute(name, (id,)).fetchall()]


def _delivery_count(row: Row) -> DeliveryCount:
    return DeliveryCount(
        channel=row["channel"],
        state=DeliveryState(row["state"]),
        required=bool(row["required"]),
        step=row["step"],
        count=row["count"],
    )


def _failover(row: Row) -> Failover:
    return Failover(
        origin=row["origin"],
        destination=row["destination"],
        reason=row["reason"],
        count=row["count"],
        first_at=moment(row["first_at"]),
    )


def _event(row: Row) -> LedgerEvent:
    return LedgerEvent(
        at=moment(row["at"]),
        kind=row["kind"],
        detail=row["detail"],
        channel=row["channel"],
        notice=row["notice_id"],
        incident=row["incident"],
    )


def _previous(row: Row, refused: tuple[str, ...] = ()) -> PreviousDelivery:
    return PreviousDelivery(
        contact=contact_from(row),
        receiver=row["contact"],
        audience=row["audience"],
        template_audience=row["texts"],
        locale=row["locale"],
        lane=row["lane"],
        channel=row["channel"],
        route=tuple(json.loads(row["route"])),
        required=bool(row["required"]),
        reached=bool(row["reached"]),
        carried=bool(row["carried"]),
        refused=refused,
    )


def _line(row: Row) -> DeliveryLine:
    return DeliveryLine(
        notice=row["notice_id"],
        audience=row["audience"],
        contact=row["contact"],
        name=row["name"] or "",
        channel=row["channel"],
        phone=row["phone"],
        email=row["email"],
        state=DeliveryState(row["state"]),
        attempts=row["tries"],
        ref=row["ref"],
        reason=row["reason"],
        route=tuple(json.loads(row["route"])),
        step=row["step"],
        updated_at=moment(row["updated_at"]),
    )


def _reach(row: Row) -> ChannelReach:
    return ChannelReach(
        channel=row["channel"],
        targeted=row["targeted"],
        accepted=row["accepted"],
        unknown=row["unknown"],
        failed=row["failed"],
        first_at=moment(row["first_at"]),
        accepted_at=moment(row["accepted_at"]),
        last_at=moment(row["last_at"]),
    )


def _standing(row: Row) -> DeliveryStanding:
    return DeliveryStanding(
        contact=row["contact"],
        sequence=row["sequence"],
        audience=row["audience"],
        channel=row["channel"],
        state=DeliveryState(row["state"]),
        unknown=bool(row["doubtful"]),
        name=row["name"],
        phone=row["phone"],
        email=row["email"],
        reason=row["reason"],
    )


def _unreached(row: Row) -> str:
    addresses = ", ".join(mask(address) for address in (row["email"], row["phone"]) if address)
    whom = f"{row['name'] or row['contact']} ({addresses})" if addresses else row["name"] or row["contact"]
    doubt = "perhaps " if row["state"] == DeliveryState.UNKNOWN else ""
    return f"{doubt}{NOT_REACHED}{whom}: {row['state']}, {row['reason'] or 'no reason known'}"
