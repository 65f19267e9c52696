"""Send what incidents owe: messages that moved to their next channel, held ones, and interrupted runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.dispatch.stop import Stop
from broadcast.model.counted import counted
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.request import Limits
from broadcast.publishing.result import Result
from broadcast.publishing.retry import retry


@dataclass(frozen=True, slots=True)
class SendDue:
    """The job; `seconds` is the most that one round may take."""

    deliverer: Deliverer
    seconds: float = 60.0
    name: str = "retry"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Send it; a line for each notice that changed."""
        self.deliverer.ledger.receipts.record((), now)
        retried = await retry(self.deliverer, None, Limits(deadline=self.seconds), stop)
        return [_line(result) for result in retried.notices if result.changed]


def _line(result: Result) -> str:
    counts = result.counts
    rest = counts.unknown + counts.held
    still = f", {counted(rest, 'message')} still to be sent" if rest else ""
    return f"{result.incident}/{result.notice}: {counted(counts.accepted, 'message')} accepted{still}"
