"""Tell which processes are sending: each holds a lock beside the ledger for as long as it lives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from broadcast.errors import LedgerError, Refused
from broadcast.ledger.locks import USE_A_LOCAL_DISK, LocksDoNotHold, hold, is_free, remove_free
from broadcast.ledger.sqlite.ledger_file import ledger_file
from broadcast.ledger.store import Runs
from broadcast.model.ids import new_run_id


class SqliteRuns(Runs):
    """The runs of a ledger in a file, each with a lock in a folder beside it."""

    def __init__(self, ledger: Path) -> None:
        self.folder = ledger.with_name(ledger.name + ".runs")

    def begin(self) -> SqliteRun:
        """Take a fresh lock beside the ledger; raises `LedgerError`."""
        return SqliteRun(self.folder)

    def alive(self, run: str) -> int | None:
        """Return the process id of that run if it is alive, else None; remove the lock file of a dead one.

        Raises `LedgerError` if it cannot be found out: a run that lives must never be taken for dead.
        """
        path = self.folder / f"{run}.lock"
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
            remove_free(descriptor, path)
            return None
        finally:
            os.close(descriptor)

    def living(self) -> list[int]:
        """Return the process ids of every run that is at work on the ledger; raises `LedgerError`."""
        locks = sorted(self.folder.glob("*.lock"))
        found = (self.alive(lock.stem) for lock in locks)
        return [pid for pid in found if pid is not None]


class SqliteRun:
    """One process at work on a ledger, alive as long as it holds its lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = _Lock(folder)
        self._former: list[_Lock] = []

    @property
    def id(self) -> str:
        """What its claims carry."""
        return self._held.run

    def rename(self) -> None:
        """Go on under another name; the lock of the one before is held until `forsake`."""
        fresh = _Lock(self._folder)
        self._former.append(self._held)
        self._held = fresh

    def forsake(self) -> None:
        """Let others take over what goes by a former name."""
        former, self._former = self._former, []
        for lock in former:
            lock.release()

    def end(self) -> None:
        """Release every lock and remove its file."""
        self.forsake()
        self._held.release()


class _Lock:
    """The lock of a run that was just given its name."""

    def __init__(self, folder: Path) -> None:
        self.run = new_run_id()
        self._path = folder / f"{self.run}.lock"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._descriptor = hold(self._path, str(os.getpid()).encode())
        except LocksDoNotHold as error:
            with suppress(OSError):
                self._path.unlink()
            raise LedgerError(
                f"cannot lock files in {folder}: {error.strerror}", hint=USE_A_LOCAL_DISK
            ) from None
        except OSError as error:
            raise LedgerError(
                f"cannot write beside the ledger, in {folder}: {error.strerror}",
                hint="nothing was sent; check permissions and the space left on the disk",
            ) from None

    def release(self) -> None:
        """Release the lock and remove its file."""
        with suppress(OSError):  # the next process that looks tidies up, and sees that the lock is free
            self._path.unlink()
        os.close(self._descriptor)


def watching_alone(ledger: Path) -> AbstractContextManager[None]:
    """Be the only process that watches; raises `Refused` if another one does."""
    return _alone(ledger, "watch")


def serving_alone(ledger: Path) -> AbstractContextManager[None]:
    """Be the only process that serves; raises `Refused` if another one does."""
    return _alone(ledger, "serve")


@contextmanager
def _alone(ledger: Path, command: str) -> Iterator[None]:
    """Be the only process that runs `command` with this ledger. The end of the process frees the place."""
    file = ledger_file(ledger)
    path = file.with_name(f"{file.name}.{command}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = hold(path, wait=False)
    except BlockingIOError:
        raise Refused(
            f"another `broadcast {command}` is running with this ledger", hint="one is enough"
        ) from None
    except OSError as error:
        raise LedgerError(
            f"cannot write beside the ledger: {path}: {error.strerror}", hint="check its folder's permissions"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)
