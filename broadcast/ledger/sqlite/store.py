"""Keep a ledger in one SQLite file: open it safely, migrate it by numbered scripts, translate its errors.

Durability was measured by replaying power cuts: Python's default journal and WAL with synchronous=NORMAL
lose the intent that was committed before a request. TRUNCATE with FULL does not, nor does WAL with FULL,
which can however corrupt a file written by two processes before SQLite 3.51.3.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from broadcast.errors import LedgerDamaged, LedgerError, UnknownCommit
from broadcast.ledger.processes import ctrl_z_deferred
from broadcast.ledger.spool import start_anew
from broadcast.ledger.sqlite.errors import CHECK_IT, failed, ledger_errors
from broadcast.ledger.sqlite.ledger_file import ledger_file
from broadcast.ledger.statements import COMMON, read_statements
from broadcast.ledger.store import Connection, Values
from broadcast.model.clock import Clock
from broadcast.model.pace import Pace

if TYPE_CHECKING:
    from broadcast.ledger.sqlite.pace import SqlitePacing
    from broadcast.ledger.sqlite.runs import SqliteRuns

APPLICATION_ID = 0x42434153
WAIT_SECONDS = 10.0
_MEBIBYTE = 1024 * 1024
#: How long a command waits altogether while other processes go on writing. SQLite gives the lock to one of
#: those that happen to ask, so among thirty some ask for 10 s in vain although none of them keeps it.
_CROWD_SECONDS = 60.0
#: PostgreSQL's way to say that a value is one of a list. SQLite has no lists, so ours get there as JSON.
_LISTED = re.compile(r"= ANY\((:\w+)\)")
sqlite3.register_adapter(list, json.dumps)
_WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)


class SqliteConnection:
    """SQLite with our statements, by their names; `raw` takes SQL."""

    __slots__ = ("_statements", "raw")

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self._statements = _statements()

    def execute(self, statement: str, values: Values = ()) -> sqlite3.Cursor:
        """Execute the statement of that name."""
        return self.raw.execute(self._statements[statement], values)

    def executemany(self, statement: str, values: Iterable[Values]) -> sqlite3.Cursor:
        """Execute the statement of that name once for each of these values."""
        return self.raw.executemany(self._statements[statement], values)


class SqliteStore:
    """A ledger in a file at `path`, used by one thread at a time."""

    def __init__(self, path: Path, raw: sqlite3.Connection) -> None:
        self.path = path
        self._raw = raw
        self._connection = SqliteConnection(raw)

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    @cached_property
    def runs(self) -> SqliteRuns:
        """The processes that send from it."""
        from broadcast.ledger.sqlite.runs import SqliteRuns

        return SqliteRuns(self.path)

    @contextmanager
    def transaction(self) -> Iterator[SqliteConnection]:
        """Write all or nothing; raises `LedgerError`.

        Ctrl-Z waits for the end of it: no other process can write meanwhile.
        """
        with ledger_errors(self.path), ctrl_z_deferred():
            _patiently(self.path, lambda: self._raw.execute("BEGIN IMMEDIATE"))
            try:
                yield self._connection
                self._commit()
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def reading(self) -> Iterator[SqliteConnection]:
        """Read; raises `LedgerError`."""
        with ledger_errors(self.path), ctrl_z_deferred():
            yield self._connection

    @contextmanager
    def erasing(self, undone: str) -> Iterator[SqliteConnection]:
        """Take people out in a transaction, while nothing is being sent; raise `Refused` or `LedgerError`.

        Without the index, which lasts as long, every person that goes would be looked for in all deliveries.
        """
        with self.transaction() as connection:
            # From here on no process can claim, so a run that is not alive now has no request out.
            self.runs.require_idle(undone)
            connection.execute("index_recipients")
            yield connection
            connection.execute("drop_index")

    def pacing(
        self, connection: Connection, paces: Mapping[str, Pace], now: datetime, clock: Clock
    ) -> SqlitePacing:
        """Return the paces and pauses as they stand in a transaction that claims."""
        from broadcast.ledger.sqlite.pace import SqlitePacing

        # The clock is read behind the lock: what passed while waiting for it must not be given out twice.
        return SqlitePacing(connection, paces, now, clock.monotonic())

    def intend(self, connection: Connection, values: Mapping[str, object]) -> list[int]:
        """Record the intent to send what is due; return the numbers of the attempts, in order.

        No other process writes until the end of the transaction, so what is due now is for this one.
        """
        attempts = sorted(attempt for (attempt,) in connection.execute("intend", values))
        connection.execute("mark_sending", {**values, "attempts": attempts})
        return attempts

    def require_space(self) -> None:
        """Refuse to begin an erasure if the disk could not hold a second copy of the file."""
        needed = self.path.stat().st_size + _MEBIBYTE
        free = shutil.disk_usage(self.path.parent).free
        if free < needed:
            raise LedgerError(
                f"the disk of the ledger {self.path} has too little space to rewrite it: "
                f"{free / _MEBIBYTE:.1f} MiB of {needed / _MEBIBYTE:.1f}",
                hint="free some space and run this again; nothing was erased",
            )

    def rewrite(self) -> None:
        """Rewrite the whole file without its unused parts; lose nothing if that raises `LedgerError`.

        It is built in memory (`temp_store`), so that no copy is left in a temporary file, and takes as much
        space again in the journal.
        """
        with ledger_errors(self.path):
            self._raw.execute("VACUUM")
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> str:
        """Return SQLite's own verdict on the file: `ok`, or what is wrong."""
        with ledger_errors(self.path), ctrl_z_deferred():
            verdict: str = self._raw.execute("PRAGMA quick_check(1)").fetchone()[0]
            return verdict

    def secret(self) -> bytes:
        """Return the install secret, beside the file."""
        from broadcast.ledger.install import install_secret

        return install_secret(self.path)

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def _commit(self) -> None:
        try:
            self._raw.execute("COMMIT")
        except sqlite3.OperationalError as error:
            # It may be that only the last sync failed: then the next process finds the transaction written.
            if not str(error.sqlite_errorname).startswith("SQLITE_IOERR"):
                raise
            raise UnknownCommit(failed(self.path, error), hint=CHECK_IT) from None

    def _roll_back(self) -> None:
        # A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the cause.
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")


def open_sqlite(place: Path, wait: float = WAIT_SECONDS) -> SqliteStore:
    """Open or create the ledger in that file, private to this user; raises `LedgerError`.

    `wait` is how many seconds another process may hold it.
    """
    path = ledger_file(place)
    _create_private(path)
    with ledger_errors(path):
        # Transactions begin and end where we say so (`isolation_level=None`). The engine writes in its own
        # thread, but no two threads use the connection at the same time.
        connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.create_function("folded", 1, _folded, deterministic=True)
            _patiently(path, lambda: _prepare(connection, path))
        except BaseException:
            connection.close()
            raise
    return SqliteStore(path, connection)


def _folded(text: str | None) -> str | None:
    """Return text as it is compared with other text: SQLite's lower() knows the letters of ASCII only."""
    return None if text is None else text.casefold()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if connection.in_transaction:  # of an attempt that another process's lock ended
        connection.execute("ROLLBACK")
    # Before anything is set: another program's file must stay as it is.
    version = _version_now(connection, path)
    _check_length(connection, path)
    _configure(connection)
    _migrate(connection, path, version)


def _patiently(path: Path, act: Callable[[], object]) -> None:
    """Call `act`, and again as long as it only fails because other processes write one after the other."""
    until = time.monotonic() + _CROWD_SECONDS
    while True:
        before = _written(path)
        try:
            act()
        except sqlite3.OperationalError as error:
            # If nothing was written meanwhile, one process keeps the lock and waiting longer does not help.
            busy = str(error.sqlite_errorname).startswith("SQLITE_BUSY")
            if not busy or before == _written(path) or time.monotonic() > until:
                raise
        else:
            return


def _written(path: Path) -> tuple[int, ...]:
    """Return a value that changes with every transaction of any process; needs no lock."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return tuple(file.stat().st_mtime_ns for file in files if file.exists())


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_or_check(path)
    except OSError as error:
        raise LedgerError(
            f"cannot open the ledger {path}: {error.strerror}",
            hint="nothing was sent; check the path, its permissions and the space left on the disk",
        ) from None


def _create_or_check(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Opening and closing it here would release every lock that this process holds on it, even those of
        # another connection: https://www.sqlite.org/howtocorrupt.html (section 2.2).
        if not os.access(path, os.R_OK | os.W_OK):
            code = errno.EROFS if os.statvfs(path).f_flag & os.ST_RDONLY else errno.EACCES
            raise OSError(code, os.strerror(code)) from None


def _check_length(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `LedgerDamaged` if the last page was cut off: SQLite fills it up with zeros, and says nothing."""
    if path.stat().st_size % connection.execute("PRAGMA page_size").fetchone()[0]:
        raise LedgerDamaged(f"the ledger {path} was cut off", hint=start_anew(path))


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA journal_mode={'WAL' if _WAL_IS_SAFE else 'TRUNCATE'}")
    # An intent must be on disk before its request, also after a power cut.
    connection.execute("PRAGMA synchronous=FULL")
    # What is erased must not stay readable in freed pages, nor in temporary files.
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    # SQLite checks references only in connections that ask for it.
    connection.execute("PRAGMA foreign_keys=ON")


def _migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    newest = len(_scripts())
    if version == newest:
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have migrated it while this one waited for the lock.
        for number in range(_version(connection, path), newest):
            for statement in _split(_scripts()[number]):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={newest}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version_now(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version as of one moment: another process may just be making a ledger of an empty file."""
    connection.execute("BEGIN")
    version = _version(connection, path)
    connection.execute("COMMIT")
    return version


def _version(connection: sqlite3.Connection, path: Path) -> int:
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if version > len(_scripts()) and application == APPLICATION_ID:
        raise LedgerError(
            f"the ledger {path} was written by a newer broadcast "
            f"(schema {version}, this one knows {len(_scripts())})",
            hint="upgrade broadcast, or name another ledger",
        )
    if application == APPLICATION_ID or (empty and version == 0 and application == 0):
        return version
    raise LedgerDamaged(
        f"{path} is an SQLite file of another program",
        hint="name another file under [ledger] url; this one was not touched",
    )


@cache
def _scripts() -> tuple[str, ...]:
    scripts = sorted(Path(__file__).with_name("schema").glob("*.sql"))
    return tuple(script.read_text(encoding="utf-8") for script in scripts)


def _split(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@cache
def _statements() -> Mapping[str, str]:
    """Return SQL by name: the statements that every engine takes, and those of SQLite."""
    own = Path(__file__).with_name("work.sql")
    statements = read_statements([*sorted(COMMON.glob("*.sql")), own])
    return {
        name: _LISTED.sub(r"IN (SELECT value FROM json_each(\1))", sql) for name, sql in statements.items()
    }
