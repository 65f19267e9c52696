"""Send what incidents owe: messages that moved to their next channel, held ones, and interrupted runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.cadence.tick import others_go_on, outcome_of
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError
from broadcast.ledger.choices import OwingNotice, owing_notices
from broadcast.model.counted import counted
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.request import Limits
from broadcast.publishing.result import Result

#: What was tried in vain is tried again after a tenth of the notice's age, within these limits: a provider
#: that refuses a password or does not answer would otherwise be asked thousands of times a day.
_SOONEST, _LATEST = timedelta(seconds=10), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SendDue:
    """The job; `seconds` is the most that one notice may take in one round, so that escalations go on."""

    deliverer: Deliverer
    seconds: float = 25.0
    name: str = "retry"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Send it; a line for each notice that changed, and for each that could not be sent.

        Unknown outcomes are treated as the notice's latest command chose. A notice whose command a person
        interrupted is left alone until `retry`.
        """
        ledger = self.deliverer.ledger
        self.deliverer.follow_targets()
        ledger.receipts.record((), now)
        said: list[str] = []
        failed: list[BroadcastError] = []
        for owing in owing_notices(ledger.store):
            if stop.asked:
                break
            if not rests(owing, now):
                with others_go_on(failed):
                    said += await self._send(owing, stop)
        return outcome_of(said, failed)

    async def _send(self, owing: OwingNotice, stop: Stop) -> list[str]:
        notice = self.deliverer.ledger.incidents.notice(owing.id)
        before = self.deliverer.standing(notice)
        adapters, trouble = self.deliverer.available(notice)
        limits = Limits(deadline=self.seconds, in_background=True, on_unknown=owing.on_unknown)
        after = await self.deliverer.deliver(notice, limits, adapters, stop)
        changed = (before.counts, before.channels) != (after.counts, after.channels)
        return [*([_line(after)] if changed else []), *trouble]


def rests(owing: OwingNotice, now: datetime) -> bool:
    """Return whether everything that a notice owes was tried a short while ago, in vain."""
    if owing.active or owing.tried_at is None or owing.tried_at > now:
        return False
    return now - owing.tried_at < min(max((now - owing.created_at) / 10, _SOONEST), _LATEST)


def _line(result: Result) -> str:
    counts = result.counts
    rest = counts.unknown + counts.held
    still = f", {counted(rest, 'message')} still to be sent" if rest else ""
    return f"{result.incident}/{result.notice}: {counted(counts.accepted, 'message')} accepted{still}"
