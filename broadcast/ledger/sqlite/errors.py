"""SQLite's errors, as ledger errors with a message and a hint."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadcast.errors import LedgerBusy, LedgerDamaged, LedgerError
from broadcast.ledger.processes import is_stopped, name_of
from broadcast.ledger.spool import start_anew
from broadcast.ledger.sqlite.holders import holders

CHECK_IT = "`broadcast doctor` checks it"


@contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite into a `LedgerError` that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path) from None
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        # A damaged byte leaves text that is no text, or a word or a moment that does not exist.
        raise LedgerDamaged(
            f"the ledger {path} holds a record that cannot be read ({error})", hint=start_anew(path)
        ) from None


def _busy(path: Path) -> LedgerBusy:
    for pid in sorted(holders(path), key=is_stopped, reverse=True):
        who = f"process {pid}" + (f" ({name})" if (name := name_of(pid)) else "")
        if is_stopped(pid):
            return LedgerBusy(
                f"the ledger {path} is locked by {who}, which is stopped (Ctrl-Z?)",
                hint=f"continue it (`kill -CONT {pid}`) or end it (`kill -KILL {pid}`), then run this again",
            )
        return LedgerBusy(
            f"the ledger {path} is locked by {who}", hint="wait until it has finished, and run this again"
        )
    return LedgerBusy(
        f"the ledger {path} is locked by another process",
        hint="wait for the other broadcast to finish, or stop it, and run this again",
    )


def _translated(error: sqlite3.Error, path: Path) -> LedgerError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _busy(path)
    if name == "SQLITE_READONLY_DBMOVED":
        return LedgerError(
            f"the ledger {path} was moved or replaced while this command was using it",
            hint="put it back, or name its new place under [ledger] url, and run `broadcast retry`",
        )
    if name.startswith("SQLITE_FULL"):
        return LedgerError(
            f"the disk of the ledger {path} is full",
            hint="free some space, then run `broadcast retry`; what is not in the ledger was not sent",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return LedgerError(
            f"the ledger {path} cannot be written ({name})",
            hint="give this user write permission on the file and its folder",
        )
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or isinstance(error, sqlite3.DataError):
        return LedgerDamaged(
            f"the ledger {path} is damaged: {error}",
            hint=start_anew(path),
        )
    return LedgerError(failed(path, error), hint=CHECK_IT)


def failed(path: Path, error: sqlite3.Error) -> str:
    """Return the message for an error that has no message of its own."""
    return f"the ledger {path} failed: {error}"
