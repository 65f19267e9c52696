"""The watch as a job of the clock: where `[watch] every` is set, nobody has to keep `watch` running."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError, Refused
from broadcast.ledger.ledger import Ledger
from broadcast.model.moments import elapsed
from broadcast.monitoring.watch import Round, Watch


@dataclass(frozen=True, slots=True)
class WatchJob:
    """The job. While `broadcast watch` or another round watches, it does nothing: there is one owner."""

    watch: Watch
    ledger: Ledger
    name: str = "watch"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Check the channels if their time has come; a line for each change."""
        settings = self.watch.settings
        if settings.watch.every is None or stop.asked:
            return ()
        try:
            with Ledger.watching_alone(settings.ledger):
                # Inside, because another process may have checked them while this one waited for its turn.
                if not self._due(now, timedelta(seconds=settings.watch.every)):
                    return ()
                found = await self.watch.round()
        except Refused:
            return ()
        if found.trouble:
            raise ConfigError("; ".join(found.trouble), hint="the next round tries again")
        return [*_changes(found)]

    def _due(self, now: datetime, every: timedelta) -> bool:
        """Return whether no check is newer; a check in the future is from a clock that was wrong."""
        checked = max((one.checked_at for one in self.ledger.health.watched().values()), default=None)
        return checked is None or abs(elapsed(checked, now)) >= every


def _changes(found: Round) -> Iterator[str]:
    for one in found.fallen:
        yield f"{one.system} is down: {one.reason}"
    for one in found.recovered:
        yield f"{one.system} works again"
    if found.opened:
        yield f"wrote the draft {found.opened.name}"
    for path in found.closed:
        yield f"closed the draft {path.name}"
