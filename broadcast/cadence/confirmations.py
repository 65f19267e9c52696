"""Tell people who have not confirmed a notice on the next channel of their lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.dispatch.stop import Stop
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.unconfirmed import move_unconfirmed
from broadcast.model.counted import counted


@dataclass(frozen=True, slots=True)
class RepeatUnconfirmed:
    """The job; it plans the messages, and the job that sends what is due sends them."""

    ledger: Ledger
    name: str = "confirmations"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Plan them; a line for each notice and channel."""
        del stop
        return [
            f"{one.mark}: {counted(one.count, 'person', 'people')} did not confirm, "
            f"{one.destination} follows {one.origin}"
            for one in move_unconfirmed(self.ledger.store, now)
        ]
