"""List messages whose answer was lost, and record what a person found out about them at the provider."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.columns import moment
from broadcast.ledger.follow_ups import supersede
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident
from broadcast.model.unknown import UnknownFinding

_STATES = {
    UnknownFinding.ACCEPTED: DeliveryState.ACCEPTED,
    UnknownFinding.DELIVERED: DeliveryState.DELIVERED,
    UnknownFinding.NOT_SENT: DeliveryState.PLANNED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMessage:
    """A message that may or may not have arrived: notice `sequence` over `channel`, unknown since `since`.

    `incident`, `notice` and `delivery` are the ledger's own numbers.
    `backup` is the next channel of the lane, if there is one.
    `name`, `phone` and `email` are None for a channel that publishes.
    """

    incident: int
    notice: int
    delivery: int
    sequence: int
    contact: str
    name: str | None
    phone: str | None
    email: str | None
    channel: str
    backup: str | None
    reason: str | None
    since: datetime


def unknown_messages(store: Store, incident: Incident) -> list[UnknownMessage]:
    """Return every message of an incident whose outcome is unknown."""
    with store.reading() as connection:
        return [_unknown_message(row) for row in connection.execute("unknown_messages", (incident.id,))]


def record_finding(
    store: Store,
    messages: Sequence[UnknownMessage],
    finding: UnknownFinding,
    author: str,
    now: datetime,
) -> int:
    """Record a finding about messages of one incident, and return for how many it counted.

    A message that is not unknown any more is left as it is. One that was not sent is planned again, or
    cancelled if a newer notice supersedes it. Raises `LedgerError`; then nothing is changed.
    """
    settled: list[UnknownMessage] = []
    with store.transaction() as connection:
        for message in messages:
            values = {
                "id": message.delivery,
                "state": _STATES[finding],
                "outcome": "not_sent" if finding is UnknownFinding.NOT_SENT else "accepted",
                "reason": f"{finding}, says {author}",
                "now": now.timestamp(),
            }
            # A look-up of another process may have settled it since it was listed.
            if connection.execute("record_finding", values).rowcount:
                connection.execute("record_finding_on_attempts", values)
                settled.append(message)
        _note(connection, settled, f"{finding}, says {author}", now)
        if settled:
            supersede(connection, settled[0].incident, now)
    return len(settled)


def _note(connection: Connection, settled: Sequence[UnknownMessage], said: str, now: datetime) -> None:
    """Record one event for each notice and channel; the deliveries say which people it concerns."""
    places = Counter((message.notice, message.channel) for message in settled)
    for (notice, channel), count in places.items():
        detail = f"{count} of unknown fate: {said}"
        values = {
            "notice": notice,
            "at": now.timestamp(),
            "kind": "finding",
            "channel": channel,
            "detail": detail,
        }
        connection.execute("insert_event", values)


def _unknown_message(row: Row) -> UnknownMessage:
    return UnknownMessage(
        incident=row["incident_id"],
        notice=row["notice_id"],
        delivery=row["id"],
        sequence=row["sequence"],
        contact=row["contact"],
        name=row["name"],
        phone=row["phone"],
        email=row["email"],
        channel=row["channel"],
        backup=next(iter(json.loads(row["route"])[row["step"] + 1 :]), None),
        reason=row["reason"],
        since=moment(row["updated_at"]),
    )
