"""What the ledger needs of the engine that keeps it: these protocols are all that differs between engines.

The other modules of this package turn rows into records and back, the same for every engine. Their statements
have names, and a store knows the SQL behind each: `sql/` has what every engine takes as it stands, the folder
of an engine has the rest.

Three rules hold whatever the engine is; `broadcast.testing.ledger_contract` tests what a store adds to them:

1. A claim goes stale: its request starts within 5 seconds, or the claim is withdrawn. A turn says when its
   claims were on disk; `broadcast.dispatch.claim_age` decides.
2. A turn whose commit got no answer may be written or not, so the run goes on under another name. What it may
   have claimed then belongs to a dead run. `Deliveries.turn` decides, after a `UnknownCommit`.
3. An outcome counts for the latest attempt of a delivery only: another process may have looked an older one
   up and sent again. The statement `settle_deliveries` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from broadcast.errors import Refused
from broadcast.model.clock import Clock
from broadcast.model.pace import Pace, Pause

#: Values of a statement, by name or by position. A list of numbers or of texts is one value.
Values = Mapping[str, object] | Sequence[object]


class Row(Protocol):
    """One row of a result.

    Example:
        >>> row["channel"], row[0], tuple(row)
        ('sms', 'sms', ('sms', 3))
    """

    def __getitem__(self, column: Any, /) -> Any:
        """Return the value of a column, by its name or its position."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the values in the order of their columns."""

    def __len__(self) -> int:
        """Return the number of columns."""


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed; for `executemany`, all of them together."""

    def fetchone(self) -> Any:
        """Return the next `Row`; None after the last."""

    def fetchall(self) -> list[Any]:
        """Return every `Row` that is left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield every `Row` that is left."""


class Connection(Protocol):
    """Executes statements in one transaction, or in one reading.

    Example:
        >>> connection.execute("pause", ("sms", 1796000000.0, 1796000030.0, "HTTP 429")).rowcount
        1
    """

    def execute(self, statement: str, values: Values = ()) -> Rows:
        """Execute the statement of that name."""

    def executemany(self, statement: str, values: Iterable[Values]) -> Rows:
        """Execute the statement of that name once for each of these values."""


class Run(Protocol):
    """One process that sends from the ledger. It is alive until it ends or dies, and never by a time limit.

    Example:
        >>> run = ledger.runs.begin()
        >>> work = ledger.deliveries(notice.id, run, clock=clock)
        >>> run.end()
    """

    @property
    def id(self) -> str:
        """The name that its claims carry."""

    def rename(self) -> None:
        """Take another name for further claims; claims under the former name stay its own until `forsake`.

        Raises:
            LedgerError: The other name could not be registered.
        """

    def forsake(self) -> None:
        """Let other processes take over the claims under former names: none of them is under way any more."""

    def end(self) -> None:
        """Let other processes take over everything: no request of this process is under way any more."""


class Runs(Protocol):
    """The processes that send from the ledger."""

    def begin(self) -> Run:
        """Register this process as one that sends.

        Raises:
            LedgerError: It could not be registered.
        """

    def alive(self, run: str) -> int | None:
        """Return the process id of the run of that name if it is alive, else None.

        Raises:
            LedgerError: It could not be found out. A run that is alive must never be taken for dead, since
                its messages would be sent again.
        """

    def living(self) -> list[int]:
        """Return the process ids of all runs that are alive.

        Raises:
            LedgerError: It could not be found out.
        """

    def require_idle(self, undone: str) -> None:
        """Return if no run is alive.

        Args:
            undone: What was not done, for the message: "nothing was erased".

        Raises:
            Refused: A run is alive; what it has under way may only be changed by itself.
            LedgerError: It could not be found out.
        """
        pids = self.living()
        if pids:
            raise Refused(
                f"another broadcast is sending (process {pids[0]}); {undone}",
                hint="wait until it has ended, or stop it, and run this again",
            )


class Pacing(Protocol):
    """How much may leave on each channel, for all processes together, as long as a transaction lasts."""

    @property
    def pauses(self) -> Mapping[str, Pause]:
        """The pauses that providers asked for and that have not ended, by channel."""

    def most(self, channel: str, wanted: int) -> int:
        """Return how many of the wanted deliveries may be claimed at most."""

    def admit(self, channel: str, due: Sequence[Row]) -> int:
        """Take tokens for requests that carry these deliveries, and return how many deliveries they are for.

        Args:
            channel: The name of the channel.
            due: Rows with `texts` and `locale`, in the order in which they will be claimed.
        """

    def next_at(self, channel: str) -> float:
        """Return when more may leave, in monotonic seconds."""


class Store(Protocol):
    """An engine with one ledger in it, used by one thread at a time. Every method may raise `LedgerError`.

    Example:
        >>> with store.transaction() as connection:
        ...     connection.execute("close_breaker", ("sms",))
    """

    @property
    def name(self) -> str:
        """The name of the ledger for people: the path of its file, or its address."""

    @property
    def runs(self) -> Runs:
        """The processes that send from it."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """Write everything in the block, or nothing if it raises.

        Raises:
            LedgerBusy: Another process keeps the ledger locked.
            DoubtfulCommit: It is not known whether everything was written or nothing (rule 2 above).
        """

    def reading(self) -> AbstractContextManager[Connection]:
        """Read in the block."""

    def erasing(self, undone: str) -> AbstractContextManager[Connection]:
        """Take people out of the ledger in the block, as a transaction.

        Args:
            undone: What was not done if it is refused: "nothing was erased".

        Raises:
            Refused: A run is alive.
        """

    def pacing(
        self, connection: Connection, paces: Mapping[str, Pace], now: datetime, clock: Clock
    ) -> Pacing:
        """Return the paces and pauses as they are in a transaction that claims.

        Args:
            connection: That transaction.
            paces: How fast each channel may be used; one that is missing has no limit.
            now: When the transaction claims.
            clock: Read after the transaction has begun: the time spent waiting for it is over.
        """

    def intend(self, connection: Connection, values: Mapping[str, object]) -> list[int]:
        """Record the intent to send what is due, for one process only.

        Args:
            connection: A transaction that claims.
            values: `channel`, `notice`, `owner` (the name of the run), `now` (in seconds since the epoch) and
                `limit`.

        Returns:
            The numbers of the attempts, in ascending order.
        """

    def require_space(self) -> None:
        """Return if there is enough space to finish an erasure.

        Raises:
            LedgerError: There is not; nothing was erased.
        """

    def rewrite(self) -> None:
        """Overwrite what was erased in unused parts of the ledger as well."""

    def check(self) -> str:
        """Return the engine's own verdict on the ledger: `ok`, or what is wrong with it."""

    def secret(self) -> bytes:
        """Return the install secret, from which our references are made; create it at the first call."""

    def close(self) -> None:
        """Close the ledger."""
