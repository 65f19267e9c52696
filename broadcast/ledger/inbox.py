"""Messages that people sent to us, as they wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.confirmations import AnswerEffect, Asked, record_answers
from broadcast.ledger.store import Connection, Row, Store
from broadcast.ledger.suppressions import suppress
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest
from broadcast.model.inbound import InboundMessage
from broadcast.model.incident import Incident
from broadcast.model.question import PersonalAnswer
from broadcast.model.suppression import Suppression

#: The kind of event that says that a person on duty gets no SMS any more, or again.
OPT_OUT = "opt-out"
#: Without an effect, a person is answered once in this time: two machines must not write for ever.
QUIET = timedelta(days=1)
#: Without an effect, so many messages are answered in an hour, whoever sent them.
MOST_ANSWERS = 200
#: So many messages of one person are answered in an hour, whatever their effect: a machine may change its
#: mind for ever.
MOST_FOR_ONE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbound:
    """A message to be recorded.

    `notice` is the one that the person was asked by last, None if none. `answerable` says whether
    an answer can reach a person.
    """

    channel: str
    message: InboundMessage
    kind: AddressKind
    meaning: str
    notice: int | None
    at: datetime
    answerable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEffect:
    """What a message does: `receivers` answer, an address is suppressed, or an opt-out is lifted.

    `on_duty` says that the person is told as part of their work. `lines` are for the log and the status, each
    with the notice that it belongs to; they are kept if the suppression changed.
    """

    receivers: Sequence[Asked] = ()
    answer: PersonalAnswer | None = None
    suppress: Suppression | None = None
    release: bool = False
    on_duty: bool = False
    lines: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class InboundTaken:
    """What became of a message: what became of the answer in it, and whether to answer it.

    `changed` says that it had an effect of any kind.
    """

    changed: bool
    answer: bool
    effect: AnswerEffect = AnswerEffect.NONE


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

    def take(self, new: NewInbound, effect: InboundEffect) -> InboundTaken:
        """Record a message with its effect, and decide whether to answer; all in one transaction.

        Raises `LedgerError`: then nothing was recorded.
        """
        digest = self._digest(new)
        values = {
            "channel": new.channel,
            "ref": new.message.ref,
            "sender": new.message.sender,
            "digest": digest,
            "text": new.message.text,
            "meaning": new.meaning,
            "notice": new.notice,
            "at": new.at.timestamp(),
        }
        with self._store.transaction() as connection:
            if connection.execute("insert_inbound", values).rowcount < 1:
                return InboundTaken(changed=False, answer=False)
            recorded = _record_answer(connection, effect)
            changed = recorded > AnswerEffect.NONE or _apply(connection, new, effect, digest)
            answer = new.answerable and _may_answer(connection, digest, new.at, changed=changed)
            if answer:
                connection.execute("inbound_answered", values)
            return InboundTaken(changed=changed, answer=answer, effect=recorded)

    def of(self, incident: Incident) -> list[RecordedMessage]:
        """Return what people wrote in answer to notices of an incident."""
        with self._store.reading() as connection:
            return [_recorded(row) for row in connection.execute("inbound_of_incident", (incident.id,))]

    def unasked(self, since: datetime, until: datetime) -> list[RecordedMessage]:
        """Return what people wrote in this time that answers no notice."""
        wanted = {"since": since.timestamp(), "until": until.timestamp()}
        with self._store.reading() as connection:
            return [_recorded(row) for row in connection.execute("unasked_between", wanted)]

    def from_address(self, kind: AddressKind, address: str) -> list[RecordedMessage]:
        """Return what came from an address."""
        digest = address_digest(self._store.secret(), kind, address)
        with self._store.reading() as connection:
            return [_recorded(row) for row in connection.execute("inbound_from_address", (digest,))]

    def _digest(self, new: NewInbound) -> bytes:
        """Return what finds the messages of one person: a digest keyed with the install secret."""
        return address_digest(self._store.secret(), new.kind, new.message.sender)


def _record_answer(connection: Connection, effect: InboundEffect) -> AnswerEffect:
    if effect.answer is None:
        return AnswerEffect.NONE
    return record_answers(connection, effect.receivers, effect.answer)


def _apply(connection: Connection, new: NewInbound, effect: InboundEffect, digest: bytes) -> bool:
    """Suppress the address or lift that; return whether it changed anything."""
    if effect.suppress is not None:
        changed = suppress(connection, [effect.suppress]) > 0
    else:
        changed = effect.release and connection.execute("release_opted_out", {"digest": digest}).rowcount > 0
    for notice, line in effect.lines if changed else ():
        values = {"notice": notice, "at": new.at.timestamp(), "kind": OPT_OUT, "channel": new.channel}
        connection.execute("insert_event", {**values, "detail": line})
    return changed


def _may_answer(connection: Connection, digest: bytes, now: datetime, *, changed: bool) -> bool:
    """Return whether a person, and everybody together, were answered little enough to answer once more."""
    hour, quiet = (now - timedelta(hours=1)).timestamp(), (now - QUIET).timestamp()
    if changed:
        person = {"digest": digest, "since": hour}
        return bool(connection.execute("answered_since", person).fetchone()[0] < MOST_FOR_ONE)
    if connection.execute("answered_since", {"digest": digest, "since": quiet}).fetchone()[0]:
        return False
    return bool(connection.execute("all_answered_since", {"since": hour}).fetchone()[0] < MOST_ANSWERS)


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
