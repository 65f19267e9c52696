"""Messages to callers and agents: which are owed, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store
from broadcast.model.call_step import Details

#: A message whose process died is found after this time.
_ABANDONED = timedelta(minutes=5)
#: Messages of which nothing can be learned any more are counted for this time.
COUNTED = timedelta(days=7)


class MessageState(StrEnum):
    """What became of a message of the hotline."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"  # over a limit
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMessage:
    """A message that is to be sent to a caller, or to the agent of a call.

    `id` and `call_id` are the ledger's own numbers for it and for its call.
    """

    id: int
    call_id: int
    call: str
    step: int
    kind: str
    details: Details = field(repr=False)
    locale: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMessage:
    """A message as it goes to the provider, kept so that it can be looked up.

    `key` is our reference, `channel` what it is sent by, and `incident` and `sequence` name the notice whose
    mark is in the text.
    """

    key: str
    channel: str
    address: str = field(repr=False)
    locale: str
    text: str = field(repr=False)
    incident: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostMessage:
    """A message whose answer was lost.

    `lookups` is how often the provider was asked about it, and `resent` whether this was the second attempt.
    """

    id: int
    written: WrittenMessage
    claimed_at: datetime
    due: datetime
    lookups: int
    resent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundState:
    """What a look-up says of a message; `look_up_at` is when to ask again, None for never."""

    lost: LostMessage
    state: MessageState
    look_up_at: datetime | None = None


class CallMessages:
    """The ledger's messages of calls."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def to_send(self, limit: int = 100) -> list[CallMessage]:
        """Return the messages that are still to be sent, oldest first."""
        with self._store.reading() as connection:
            return [_message(row) for row in connection.execute("messages_to_send", {"limit": limit})]

    def claim(
        self, messages: Sequence[CallMessage], written: Mapping[int, WrittenMessage], at: datetime
    ) -> list[CallMessage]:
        """Record that messages are about to be sent, and as what; return those that no other process sends.

        `written` has them by `id`; one that is not in it cannot be looked up.
        """
        values = {
            message.id: json.dumps(asdict(written[message.id]), ensure_ascii=False)
            for message in messages
            if message.id in written
        }
        with self._store.transaction() as connection:
            return [
                message
                for message in messages
                if connection.execute(
                    "claim_call_message",
                    {"id": message.id, "message": values.get(message.id), "at": at.timestamp()},
                ).rowcount
                > 0
            ]

    def settle(
        self,
        states: Sequence[tuple[CallMessage, MessageState]],
        at: datetime,
        look_up_at: datetime | None = None,
    ) -> None:
        """Record what became of messages that this process claimed; when the unknown ones are looked up."""
        asked = look_up_at.timestamp() if look_up_at else None
        with self._store.transaction() as connection:
            for message, state in states:
                values = _settled(message.id, state, at, asked)
                connection.execute("settle_call_message", values)

    def abandon(self, now: datetime) -> int:
        """Give up messages whose process died while it sent them; return how many there were.

        They are looked up at once: they have been out for long enough.
        """
        values = {"at": now.timestamp(), "before": (now - _ABANDONED).timestamp()}
        with self._store.transaction() as connection:
            return max(0, connection.execute("abandon_call_messages", values).rowcount)

    def lost(self, now: datetime, limit: int = 20) -> list[LostMessage]:
        """Return the messages that are to be looked up now, the longest due first."""
        wanted = {"now": now.timestamp(), "limit": limit}
        with self._store.reading() as connection:
            return [_lost(row) for row in connection.execute("lost_call_messages", wanted)]

    def claim_look_ups(self, lost: Sequence[LostMessage], until: datetime) -> list[LostMessage]:
        """Record that messages are about to be looked up; return those that no other process looks up.

        If this process dies, they are due again at `until`.
        """
        with self._store.transaction() as connection:
            return [
                one
                for one in lost
                if connection.execute(
                    "claim_call_look_up",
                    {"id": one.id, "due": one.due.timestamp(), "until": until.timestamp()},
                ).rowcount
                > 0
            ]

    def settle_look_ups(self, found: Sequence[FoundState], at: datetime) -> None:
        """Record what the provider says of messages."""
        with self._store.transaction() as connection:
            for one in found:
                asked = one.look_up_at.timestamp() if one.look_up_at else None
                values = _settled(one.lost.id, one.state, at, asked)
                again = int(one.state is MessageState.PLANNED)
                connection.execute("settle_call_look_up", {**values, "again": again})

    def unknown(self, now: datetime) -> int:
        """Return of how many messages of the last days it is not known whether they were sent."""
        wanted = {"since": (now - COUNTED).timestamp()}
        with self._store.reading() as connection:
            return int(connection.execute("unknown_call_messages", wanted).fetchone()["count"])


def _settled(id: int, state: MessageState, at: datetime, asked: float | None) -> dict[str, object]:
    """Return the values of a settled message; its text is kept only while it is to be looked up."""
    due = asked if state is MessageState.UNKNOWN else None
    return {
        "id": id,
        "state": state,
        "done": None if state is MessageState.PLANNED else at.timestamp(),
        "look_up_at": due,
        "keep": int(due is not None),
    }


def _message(row: Row) -> CallMessage:
    return CallMessage(
        id=row["id"],
        call_id=row["call_id"],
        call=row["ref"],
        step=row["step"],
        kind=row["kind"],
        details=json.loads(row["details"]),
        locale=row["locale"],
        at=moment(row["recorded_at"]),
    )


def _lost(row: Row) -> LostMessage:
    return LostMessage(
        id=row["id"],
        written=WrittenMessage(**json.loads(row["message"])),
        claimed_at=moment(row["claimed_at"]),
        due=moment(row["look_up_at"]),
        lookups=row["lookups"],
        resent=bool(row["resent"]),
    )
