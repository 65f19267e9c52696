"""Give up messages whose text is too old to be true."""

from __future__ import annotations

from datetime import datetime

from broadcast.ledger.records import Notice
from broadcast.ledger.store import Store
from broadcast.model.promise import overdue


def expire(store: Store, notice: Notice, now: datetime) -> int:
    """Give up what a notice still owes if it has expired; return how many messages that are."""
    if not overdue(notice.expires_at, now):
        return 0
    with store.transaction() as connection:
        return connection.execute("expire", {"notice": notice.id, "now": now.timestamp()}).rowcount
