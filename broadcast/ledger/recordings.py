"""What callers recorded: kept by the provider, and deleted there when it is no longer ours to keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store

#: After this time another process may ask again: deleting twice is deleting once.
_ABANDONED = timedelta(minutes=5)
#: The longest time between two tries.
_LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording that the provider keeps; `ticket` is the number of its message, `source` the channel."""

    ticket: int
    source: str
    address: str = field(repr=False)
    caller: str = field(repr=False)
    seconds: int
    locale: str
    topic: str
    at: datetime
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedDeletion:
    """A recording that the provider is to delete; `id` is the ledger's own number for that."""

    id: int
    source: str
    address: str = field(repr=False)
    tries: int


@dataclass(frozen=True, slots=True)
class OpenDeletions:
    """How many recordings the provider is still to delete, and why the last try failed ("" if none did)."""

    count: int
    reason: str


class Recordings:
    """The ledger's recordings. All methods raise `LedgerError`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Recording]:
        """Return the recordings that the provider keeps for us, the oldest first."""
        with self._store.reading() as connection:
            return [_recording(row) for row in connection.execute("recordings")]

    def delete(self, ticket: int) -> bool:
        """Record that the provider is to delete a recording; False if the ticket has none."""
        with self._store.transaction() as connection:
            owed = connection.execute("owe_deletion", (ticket,)).rowcount > 0
            connection.execute("drop_recording", (ticket,))
            connection.execute("drop_recording_step", (ticket,))
        return owed

    def expire(self, before: datetime) -> int:
        """Record that the provider is to delete what was recorded before a time; return how many."""
        with self._store.reading() as connection:  # in most rounds of the clock there is nothing to write
            if not connection.execute("recordings_before", (before.timestamp(),)).fetchone()["count"]:
                return 0
        with self._store.transaction() as connection:
            owed = connection.execute("owe_deletions_before", (before.timestamp(),)).rowcount
            connection.execute("drop_recordings_before", (before.timestamp(),))
            connection.execute("drop_recording_steps_before", (before.timestamp(),))
        return max(0, owed)

    def owed(self, now: datetime, limit: int = 50) -> list[OwedDeletion]:
        """Return the deletions whose next try is due."""
        wanted = {"now": now.timestamp(), "limit": limit}
        with self._store.reading() as connection:
            return [
                OwedDeletion(
                    id=row["id"], source=row["source"], address=row["recording"] or "", tries=row["tries"]
                )
                for row in connection.execute("owed_deletions", wanted)
            ]

    def still_owed(self) -> OpenDeletions:
        """Return how many recordings the provider is still to delete."""
        with self._store.reading() as connection:
            row = connection.execute("open_deletions").fetchone()
        return OpenDeletions(row["count"], row["reason"] or "")

    def claim(self, owed: OwedDeletion, now: datetime) -> bool:
        """Record that the provider is about to be asked; False if another process asks."""
        values = {"id": owed.id, "now": now.timestamp(), "next": (now + _ABANDONED).timestamp()}
        with self._store.transaction() as connection:
            return connection.execute("claim_deletion", values).rowcount > 0

    def settle(self, owed: OwedDeletion, now: datetime, trouble: str = "", *, refused: bool = False) -> None:
        """Record that the recording is gone, or why it is not; then it is tried again later and later.

        If the provider `refused` it for good, because the address is none of its own, it is not tried again.
        """
        wait = min(_LONGEST, timedelta(minutes=2 ** min(owed.tries, 10)))
        values = {
            "id": owed.id,
            "state": "refused" if refused else "planned" if trouble else "deleted",
            "reason": trouble or None,
            "next": (now + wait).timestamp(),
            "done": None if trouble and not refused else now.timestamp(),
        }
        with self._store.transaction() as connection:
            connection.execute("settle_deletion", values)


def _recording(row: Row) -> Recording:
    return Recording(
        ticket=row["id"],
        source=row["source"],
        address=row["recording"],
        caller=row["caller"] or "",
        seconds=row["seconds"],
        locale=row["locale"],
        topic=row["topic"],
        at=moment(row["opened_at"]),
        done=row["state"] == "done",
    )
