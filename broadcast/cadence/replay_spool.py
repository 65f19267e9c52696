"""Record what waited beside the ledger while the ledger could not be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from broadcast.dispatch.stop import Stop
from broadcast.errors import LedgerError
from broadcast.ledger.spool import LedgerSpool
from broadcast.model.counted import counted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReplaySpool(Generic[T]):
    """The job. `record` writes into the ledger, and changes nothing a second time; `noun` is for one item."""

    spool: LedgerSpool[T]
    record: Callable[[Sequence[T]], None]
    name: str
    noun: str

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Record everything that waits; a line if that was something."""
        del now, stop
        count = self.replay()
        return [f"recorded {counted(count, self.noun)} that had waited for the ledger"] if count else []

    def replay(self) -> int:
        """Record everything that waits; return how many items there were. Raises `LedgerError`."""
        try:
            return self.spool.replay(self.record)
        except OSError as error:
            raise LedgerError(
                f"cannot read {self.spool.path}: {error.strerror}",
                hint="check its permissions: answers of people or steps of calls wait in it",
            ) from None
