"""Read everything that the ledger has about one person, for a personal data export."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.columns import contact_from, moment
from broadcast.ledger.erasure import KnownAs, entries_of, recipients_of
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class RecordedReceipt:
    """What a provider said later about a message."""

    state: str
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAttempt:
    """One request that was made for them; `outcome` is None if no answer came."""

    channel: str
    at: datetime
    outcome: str | None
    ref: str | None
    reason: str | None
    receipts: tuple[RecordedReceipt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedMessage:
    """One message that was owed to them; `template_audience` names the audience whose words it was in.

    `kinds` has the kind of text of every channel, by its name at that time; notices from before that was kept
    have none.
    """

    notice: int
    incident: str
    title: str
    sequence: int
    kind: str
    at: datetime
    audience: str
    template_audience: str
    locale: str
    channel: str
    state: DeliveryState
    reason: str | None
    contact: Contact
    kinds: Mapping[str, str]
    attempts: tuple[RecordedAttempt, ...]


def recorded(store: Store, known: Sequence[KnownAs]) -> tuple[list[Contact], list[OwedMessage]]:
    """Return the person as recorded, under every name and address, and every message they were owed."""
    wanted = recipients_of(known)
    ours = entries_of(known)
    with store.reading() as connection:
        people = [contact_from(row) for row in connection.execute("addresses_of_recipients", wanted)]
        # Two audiences may share a row of recipients, so some of these may belong to another person.
        rows = connection.execute("deliveries_of_recipients", wanted).fetchall()
        messages = [
            _message(row, connection) for row in rows if (row["recipient_id"], row["audience"]) in ours
        ]
    return [person for person in people if person], messages


def _message(row: Row, connection: Connection) -> OwedMessage:
    attempts = connection.execute("attempts_of_delivery", (row["id"],)).fetchall()
    return OwedMessage(
        notice=row["notice_id"],
        incident=row["incident"],
        title=row["title"],
        sequence=row["sequence"],
        kind=row["kind"],
        at=moment(row["created_at"]),
        audience=row["audience"],
        template_audience=row["texts"],
        locale=row["locale"],
        channel=row["channel"],
        state=DeliveryState(row["state"]),
        reason=row["reason"],
        contact=contact_from(row) or Contact(id=""),
        kinds=json.loads(row["kinds"]),
        attempts=tuple(
            RecordedAttempt(
                channel=each["channel"],
                at=moment(each["started_at"]),
                outcome=each["outcome"],
                ref=each["ref"],
                reason=each["reason"],
                receipts=tuple(
                    RecordedReceipt(row["state"], moment(row["received_at"]), row["reason"])
                    for row in connection.execute("receipts_of_attempt", (each["id"],))
                ),
            )
            for each in attempts
        ),
    )
