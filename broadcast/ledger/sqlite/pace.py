"""Count what may leave on each channel now, for all processes together.

It lasts as long as the transaction that claims. Tokens are taken with the claim and never given back:
a process that dies in between has lost some, and no process has gained any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from broadcast.ledger.store import Connection, Row
from broadcast.model.pace import Pace, Pause, batches

_text = itemgetter("texts", "locale")


class SqlitePacing:
    """The paces and pauses as they stand at one moment: `now` of day, `at` on the monotonic clock."""

    def __init__(self, connection: Connection, paces: Mapping[str, Pace], now: datetime, at: float) -> None:
        self._connection = connection
        self._paces = paces
        self._at = at
        self._full_at: dict[str, float] = {}
        self.pauses: dict[str, Pause] = {}
        moment = now.timestamp()
        for row in connection.execute("paces"):
            self._full_at[row["channel"]] = row["full_at"]
            # A clock that was put back to before the pause began ends it.
            if row["paused_at"] <= moment < row["paused_until"]:
                self.pauses[row["channel"]] = Pause(
                    row["channel"], row["paused_until"] - moment, row["reason"]
                )

    def most(self, channel: str, wanted: int) -> int:
        """Return how many of the wanted deliveries may be claimed at most."""
        if channel in self.pauses:
            return 0
        pace = self._paces.get(channel)
        return min(wanted, self._free(channel, pace) * pace.batch) if pace else wanted

    def admit(self, channel: str, due: Sequence[Row]) -> int:
        """Take tokens for requests that carry these deliveries; return how many deliveries they are for."""
        pace = self._paces.get(channel)
        if pace is None:
            return len(due)
        before = self._full_at.get(channel, 0.0)
        sizes = [len(batch) for batch in batches(due, pace.batch, _text)][: self._free(channel, pace)]
        # Also without a token: a number from before a restart of the machine is corrected on disk.
        if sizes or before > pace.sound(before, self._at):
            self._full_at[channel] = pace.spend(before, self._at, len(sizes))
            self._connection.execute("keep_pace", (channel, self._full_at[channel]))
        return sum(sizes)

    def next_at(self, channel: str) -> float:
        """Return when more may leave, in monotonic seconds."""
        pace = self._paces.get(channel)
        return pace.next_at(self._full_at.get(channel, 0.0), self._at) if pace else self._at

    def _free(self, channel: str, pace: Pace) -> int:
        return pace.free(self._full_at.get(channel, 0.0), self._at)
