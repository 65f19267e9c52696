"""Which processes are sending: each holds a lock beside the ledger for as long as it lives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from broadcast.errors import LedgerError, Refused
from broadcast.ledger.ledger_file import ledger_file
from broadcast.ledger.locks import USE_A_LOCAL_DISK, LocksDoNotHold, hold, is_free, is_named
from broadcast.model.ids import new_run_id


class Run:
    """One process at work on a ledger, alive as long as it holds its lock."""

    def __init__(self, id: str, path: Path, descriptor: int) -> None:
        self.id = id
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def begin(cls, ledger: Path) -> Self:
        """Take a fresh lock beside the ledger."""
        folder = runs_folder(ledger)
        run_id = new_run_id()
        path = folder / f"{run_id}.lock"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            return cls(run_id, path, hold(path, str(os.getpid()).encode()))
        except LocksDoNotHold as error:
            with suppress(OSError):
                path.unlink()
            raise LedgerError(
                f"cannot lock files in {folder}: {error.strerror}", hint=USE_A_LOCAL_DISK
            ) from None
        except OSError as error:
            raise LedgerError(
                f"cannot write beside the ledger, in {folder}: {error.strerror}",
                hint="nothing was sent; check permissions and the space left on the disk",
            ) from None

    def end(self) -> None:
        """Let go of the lock and leave no trace."""
        with suppress(OSError):  # whoever looks next tidies up, and sees by the lock that nobody is there
            self._path.unlink()
        os.close(self._descriptor)


def runs_folder(ledger: Path) -> Path:
    """Where the locks of a ledger's runs are."""
    return ledger.with_name(ledger.name + ".runs")


def living(ledger: Path) -> list[int]:
    """The process ids of every run that is at work on the ledger; raises `LedgerError`."""
    locks = sorted(runs_folder(ledger).glob("*.lock"))
    found = (alive(ledger, lock.stem) for lock in locks)
    return [pid for pid in found if pid is not None]


def require_idle(ledger: Path, undone: str) -> None:
    """Refuse as long as a run lives: what it has under way is its own. `undone` says what was not done."""
    pids = living(ledger)
    if pids:
        raise Refused(
            f"another broadcast is sending (process {pids[0]}); {undone}",
            hint="wait until it has ended, or stop it, and run this again",
        )


@contextmanager
def watching_alone(ledger: Path) -> Iterator[None]:
    """Be the only process that watches; raises `Refused` if another one does. Its end frees the place."""
    file = ledger_file(ledger)
    path = file.with_name(file.name + ".watch")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = hold(path, wait=False)
    except BlockingIOError:
        raise Refused("another `broadcast watch` is running with this ledger", hint="one is enough") from None
    except OSError as error:
        raise LedgerError(
            f"cannot write beside the ledger: {path}: {error.strerror}", hint="check its folder's permissions"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def alive(ledger: Path, run_id: str) -> int | None:
    """The process id of that run if it still lives, else None; removes the lock file of a dead one.

    Raises `LedgerError` if nobody can tell: a run that lives must never be taken for dead.
    """
    path = runs_folder(ledger) / f"{run_id}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(
            f"cannot tell whether the run behind {path} still sends: {error.strerror}",
            hint="run this as the user who started it",
        ) from None
    try:
        if not is_free(descriptor):
            return int(os.read(descriptor, 20) or b"0")
        if is_named(descriptor, path):
            with suppress(OSError):
                path.unlink()
        return None
    finally:
        os.close(descriptor)
