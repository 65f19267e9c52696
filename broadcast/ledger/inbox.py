"""Messages that people sent to us, as they wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest
from broadcast.model.inbound import InboundMessage
from broadcast.model.incident import Incident

#: A person who is not asked anything is answered once in this time.
QUIET = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbound:
    """A message to be recorded; `notice` is the one that the person was asked by last, None if none."""

    channel: str
    message: InboundMessage
    kind: AddressKind
    meaning: str
    notice: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessage:
    """A message as the ledger has it; it answers notice `sequence` of `incident`, or none."""

    channel: str
    sender: str
    text: str
    meaning: str
    at: datetime
    incident: str | None
    sequence: int | None


class InboxRecords:
    """The ledger's messages of people."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, new: NewInbound) -> bool:
        """Record a message; return whether it is new. Raises `LedgerError`."""
        values = {
            "channel": new.channel,
            "ref": new.message.ref,
            "sender": new.message.sender,
            "digest": self._digest(new),
            "text": new.message.text,
            "meaning": new.meaning,
            "notice": new.notice,
            "at": new.at.timestamp(),
        }
        with self._store.transaction() as connection:
            return connection.execute("insert_inbound", values).rowcount > 0

    def answers_now(self, new: NewInbound) -> bool:
        """Return whether to answer a person who was asked nothing, and note that it is done."""
        values = {
            "digest": self._digest(new),
            "since": (new.at - QUIET).timestamp(),
            "channel": new.channel,
            "ref": new.message.ref,
            "at": new.at.timestamp(),
        }
        with self._store.transaction() as connection:
            if connection.execute("answered_since", values).fetchone()[0]:
                return False
            connection.execute("inbound_answered", values)
            return True

    def of(self, incident: Incident) -> list[RecordedMessage]:
        """Return what people wrote in answer to notices of an incident."""
        with self._store.reading() as connection:
            return [_recorded(row) for row in connection.execute("inbound_of_incident", (incident.id,))]

    def from_address(self, kind: AddressKind, address: str) -> list[RecordedMessage]:
        """Return what came from an address."""
        digest = address_digest(self._store.secret(), kind, address)
        with self._store.reading() as connection:
            return [_recorded(row) for row in connection.execute("inbound_from_address", (digest,))]

    def _digest(self, new: NewInbound) -> bytes:
        """Return what finds the messages of one person: a digest keyed with the install secret."""
        return address_digest(self._store.secret(), new.kind, new.message.sender)


def _recorded(row: Row) -> RecordedMessage:
    return RecordedMessage(
        channel=row["channel"],
        sender=row["sender"],
        text=row["text"],
        meaning=row["meaning"],
        at=moment(row["received_at"]),
        incident=row["incident"],
        sequence=row["sequence"],
    )
