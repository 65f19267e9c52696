"""Find the attempts that receipts are about: by the provider's id of a message, or by our own reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from broadcast.ledger.store import Connection, Row
from broadcast.model.delivery import DeliveryState
from broadcast.model.ids import delivery_key, message_names

#: The channel of a receipt, the provider's id of the message, and our own reference; one may be empty.
MessageName: TypeAlias = tuple[str, str, str]
#: How many lost answers are looked through at a time.
_LIMIT = 1000


def find_attempts(
    connection: Connection, named: Sequence[MessageName], secret: Callable[[], bytes]
) -> list[Row | None]:
    """Return the attempt behind each name: a row of `attempts_with_refs`.

    None if its message is not in the ledger, or is still being sent.

    Args:
        connection: A transaction.
        named: The names, in any order.
        secret: Returns the install secret, from which our references are made.
    """
    by_ref = _by_ref(connection, named)
    own = _OwnReferences(connection, secret)
    found: list[Row | None] = []
    for channel, ref, key in named:
        rows = by_ref.get((channel, ref), ())
        attempt = rows[0] if len(rows) == 1 else own.find(channel, ref if rows else "", key)
        found.append(None if attempt is None or _is_being_sent(attempt) else attempt)
    return found


def _by_ref(connection: Connection, named: Iterable[MessageName]) -> dict[tuple[str, str], list[Row]]:
    """Return the attempts with these ids: one for each, or those of a batch that shares its id."""
    refs: dict[str, list[str]] = {}
    for channel, ref, _ in named:
        if ref:
            refs.setdefault(channel, []).append(ref)
    found: dict[tuple[str, str], list[Row]] = {}
    for channel, wanted in refs.items():
        for row in connection.execute("attempts_with_refs", {"channel": channel, "refs": wanted}):
            found.setdefault((channel, row["ref"]), []).append(row)
    return found


class _OwnReferences:
    """The attempts that share an id, and those whose answer was lost, by our own references."""

    def __init__(self, connection: Connection, secret: Callable[[], bytes]) -> None:
        self._connection = connection
        self._secret = secret
        self._by_place: dict[tuple[str, str], dict[str, Row]] = {}

    def find(self, channel: str, ref: str, key: str) -> Row | None:
        """Return the attempt with this reference; without `ref`, among those whose answer was lost."""
        if not key:
            return None
        place = (channel, ref)
        if place not in self._by_place:
            values = {"channel": channel, "ref": ref, "limit": _LIMIT}
            rows = self._connection.execute("attempts_with_ref" if ref else "attempts_without_ref", values)
            self._by_place[place] = {self._key(row, channel): row for row in rows.fetchall()}
        return self._by_place[place].get(key)

    def _key(self, row: Row, channel: str) -> str:
        """Return our own reference of an attempt, as `MessageBuilder` made it."""
        if row["identity"] is None:
            named = row["key"] or f"{row['incident_ref']}/{row['sequence']}"
            return delivery_key(self._secret(), named, row["receiver"], channel)
        named = message_names(row["identity"], row["audience"], row["receiver"], channel, row["page"])
        return delivery_key(self._secret(), *named)


def _is_being_sent(attempt: Row) -> bool:
    return bool(attempt["latest"]) and attempt["state"] == DeliveryState.SENDING
