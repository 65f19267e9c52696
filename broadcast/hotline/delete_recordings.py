"""Let the provider delete what callers recorded: what was forgotten, deleted by hand, or kept long enough.

The wish is on disk before the request. Deleting twice is deleting once, so that after a lost answer the next
round simply asks again: a recording that is gone counts as deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.channels.base import KeepsRecordings
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.recordings import OwedDeletion
from broadcast.model.counted import counted
from broadcast.model.outcome import Accepted, Rejected, Scope
from broadcast.publishing.channels import Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRecordings:
    """The job; a recording is kept for `keep`."""

    ledger: Ledger
    channels: Channels
    keep: timedelta
    name: str = "recordings"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Delete what was kept long enough, and what is owed from before."""
        expired = self.ledger.recordings.expire(now - self.keep)
        said = [f"{counted(expired, 'recording')} kept long enough"] if expired else []
        return [*said, *await self.delete(now, stop)]

    async def delete(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Let the providers delete what is owed now."""
        results: Counter[str] = Counter()
        owed = self.ledger.recordings.owed(now)
        for source in dict.fromkeys(one.source for one in owed):
            adapter = self._adapter(source)
            try:
                for one in (each for each in owed if each.source == source and not stop.asked):
                    results += await self._deleted(one, adapter, now)
            finally:
                if adapter is not None:
                    await adapter.close()
        return [f"{counted(count, 'recording')} {what}" for what, count in results.items()]

    def _adapter(self, source: str) -> KeepsRecordings | None:
        """Return the adapter of a channel; None if it is not configured any more, or keeps no recordings."""
        if source not in self.channels.settings:
            return None
        self.channels.permit({source})
        adapter: object = self.channels.adapters({source})[source]
        return adapter if isinstance(adapter, KeepsRecordings) else None

    async def _deleted(
        self, owed: OwedDeletion, adapter: KeepsRecordings | None, now: datetime
    ) -> Counter[str]:
        """Ask the provider, and return what became of it; nothing if another process asks."""
        if not self.ledger.recordings.claim(owed, now):
            return Counter()
        refused = False
        if adapter is None:
            trouble = f"the channel {owed.source} is not configured any more: delete it at the provider"
        else:
            outcome = await adapter.delete_recording(owed.address)
            trouble = "" if isinstance(outcome, Accepted) else outcome.reason
            refused = isinstance(outcome, Rejected) and outcome.scope is Scope.MESSAGE
        self.ledger.recordings.settle(owed, now, trouble, refused=refused)
        return Counter([f"not deleted: {trouble}" if trouble else "deleted at the provider"])


def keep_recordings(channels: Channels, channel: str) -> KeepsRecordings:
    """Return the adapter of a channel that keeps recordings; raises `ConfigError` if it does not."""
    adapter: object = channels.adapters({channel})[channel] if channel in channels.settings else None
    if isinstance(adapter, KeepsRecordings):
        return adapter
    raise ConfigError(
        f"the channel {channel} keeps no recordings", hint=f"see [channels.{channel}], or ask the provider"
    )
