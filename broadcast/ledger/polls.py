"""Which messages providers are to be asked about, and when again: less and less often, and never for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Store
from broadcast.model.inbound import AwaitedReceipt

#: After this time nobody is asked any more.
LONGEST = timedelta(hours=48)
#: Between two rounds of questions to one provider, whichever process asks.
PAUSE = timedelta(minutes=1)
#: The first pause of a message; each further one is twice as long.
_FIRST = timedelta(minutes=1)
#: A notice may be older than its latest message, which was sent by `retry`.
_OLDEST_NOTICE = timedelta(days=7)
#: Messages in one round.
MOST = 200


class Polls:
    """The ledger's record of polling."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, channel: str, after: timedelta, now: datetime) -> list[AwaitedReceipt]:
        """Return the messages of a channel whose provider is to be asked now, and record that it is.

        One process has the right to ask a channel's provider for a minute, so that two never ask about the
        same message. Raises `LedgerError`.

        Args:
            channel: The channel.
            after: How old a message must be to be asked about.
            now: The time.
        """
        at = now.timestamp()
        claim = {"channel": channel, "now": at, "before": (now - PAUSE).timestamp()}
        values = {
            "channel": channel,
            "begun": (now - _OLDEST_NOTICE).timestamp(),
            "since": (now - LONGEST).timestamp(),
            "until": (now - after).timestamp(),
            "now": at,
            "limit": MOST,
        }
        with self._store.transaction() as connection:
            if connection.execute("claim_channel_poll", claim).rowcount < 1:
                return []
        # Outside of a transaction that writes: after a large notice it reads for long.
        with self._store.reading() as connection:
            rows = connection.execute("messages_to_poll", values).fetchall()
        if not rows:
            return []
        asked = [
            (row["attempt"], row["times"] + 1, (now + _FIRST * 2 ** row["times"]).timestamp()) for row in rows
        ]
        with self._store.transaction() as connection:
            connection.executemany("keep_poll", asked)
            connection.execute("forget_polls", {"since": (now - LONGEST).timestamp()})
        return [AwaitedReceipt(ref=row["ref"], accepted_at=moment(row["ended_at"])) for row in rows]
