"""What the ledger needs of the engine that keeps it: the whole difference between one engine and another.

Incidents, deliveries, history and the other modules beside this one turn rows into records and back, whatever
the engine is. Their statements have names, and a store knows the SQL behind each: most of it is `sql/`, which
every engine takes as it stands; the rest lies with the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from broadcast.errors import Refused
from broadcast.model.clock import Clock
from broadcast.model.pace import Pace, Pause

#: Values of a statement, by name or by place. A list of numbers or of texts is one value.
Values = Mapping[str, object] | Sequence[object]


class Row(Protocol):
    """One row; a column is found by its name and by its place, and all of them in order."""

    def __getitem__(self, column: Any, /) -> Any:
        """Return the value in that column."""

    def __iter__(self) -> Iterator[Any]:
        """Return the values in the order of their columns."""

    def __len__(self) -> int:
        """Return how many columns there are."""


class Rows(Protocol):
    """What a statement came to."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed; all of them together for `executemany`."""

    def fetchone(self) -> Any:
        """Return the next `Row`, or None."""

    def fetchall(self) -> list[Any]:
        """Return every `Row` that is left."""

    def __iter__(self) -> Iterator[Any]:
        """Return every `Row` that is left, one after the other."""


class Connection(Protocol):
    """What statements go through while a transaction, or a reading, lasts."""

    def execute(self, statement: str, values: Values = ()) -> Rows:
        """Execute the statement of that name."""

    def executemany(self, statement: str, values: Iterable[Values]) -> Rows:
        """Execute the statement of that name once for each of these values."""


class Run(Protocol):
    """One process at work on the ledger. It counts as alive until it ends, however it ends."""

    @property
    def id(self) -> str:
        """What its claims carry."""

    def rename(self) -> None:
        """Go on under another name. What goes by the one before stays this process's until `forsake`."""

    def forsake(self) -> None:
        """Nothing of what goes by a former name is under way any more: others may take it over."""

    def end(self) -> None:
        """Leave: nothing that this process claimed is under way any more."""


class Runs(Protocol):
    """Which processes are sending from the ledger."""

    def begin(self) -> Run:
        """Register this process as one that sends; raises `LedgerError`."""

    def alive(self, run: str) -> int | None:
        """Return the process id of that run if it still lives, else None.

        Raises `LedgerError` if it cannot be found out: a run that lives must never be taken for dead.
        """

    def living(self) -> list[int]:
        """Return the process ids of every run; raises `LedgerError`."""

    def require_idle(self, undone: str) -> None:
        """Raise `Refused` as long as a run lives: what it has under way is its own. `undone` was not done."""
        pids = self.living()
        if pids:
            raise Refused(
                f"another broadcast is sending (process {pids[0]}); {undone}",
                hint="wait until it has ended, or stop it, and run this again",
            )


class Pacing(Protocol):
    """How much may leave on each channel now, whichever process asks. It lasts as long as a transaction."""

    @property
    def pauses(self) -> Mapping[str, Pause]:
        """What providers asked for and still holds, by channel."""

    def most(self, channel: str, wanted: int) -> int:
        """Return how many of the wanted deliveries may be claimed at most."""

    def admit(self, channel: str, due: Sequence[Row]) -> int:
        """For how many of the deliveries that are due there are tokens, which are taken."""

    def next_at(self, channel: str) -> float:
        """When more may leave, in monotonic seconds."""


class Store(Protocol):
    """An engine with one ledger in it, used by one thread at a time. Everything raises `LedgerError`."""

    @property
    def name(self) -> str:
        """What people call the ledger: the path of its file, or its address."""

    @property
    def runs(self) -> Runs:
        """Which processes are sending from it."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """Write all or nothing. Raises `DoubtfulCommit` if it may be either."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Read."""

    def erasing(self, undone: str) -> AbstractContextManager[Connection]:
        """Return a transaction that takes people out, while nothing is being sent.

        Raises `Refused` as long as a run lives; `undone` says what was not done.
        """

    def pacing(
        self, connection: Connection, paces: Mapping[str, Pace], now: datetime, clock: Clock
    ) -> Pacing:
        """Return the paces and pauses as they stand in a transaction that claims."""

    def intend(self, connection: Connection, values: Mapping[str, object]) -> list[int]:
        """Write down the intent to send what is due; returns the numbers of the attempts, in order.

        `values` are `channel`, `notice`, `owner`, `now` (epoch) and `limit`. No other process gets the same.
        """

    def require_space(self) -> None:
        """Raise `LedgerError` if an erasure could not be finished for lack of space."""

    def rewrite(self) -> None:
        """Remove for good what was erased, from unused parts as well."""

    def check(self) -> str:
        """Return the engine's own verdict on the ledger: `ok`, or what is wrong."""

    def secret(self) -> bytes:
        """Return the install secret that makes our references."""

    def close(self) -> None:
        """Let go of it."""
