"""Locks on files. The kernel releases a lock when its process dies, however it dies.

Never a lease: a laptop that sleeps, or a clock that jumps, must not make a second process send again.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

USE_A_LOCAL_DISK = (
    "nothing was sent, because two commands could send the same messages; keep the ledger on a local disk"
)


class LocksDoNotHold(OSError):
    """The file system grants the same lock twice."""


def hold(path: Path, note: bytes = b"", *, wait: bool = True) -> int:
    """Lock a file, created if missing, that carries `note`; returns the descriptor that holds the lock.

    Raises `BlockingIOError` if another process has it and `wait` is false, `LocksDoNotHold`, `OSError`.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if note:
                # Before the lock: who finds it held reads the note.
                os.pwrite(descriptor, note, 0)
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if is_named(descriptor, path):
                _require_that_locks_hold(path)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        # Another process removed or renamed the file before we had the lock, which no process would see.
        os.close(descriptor)


def is_free(descriptor: int) -> bool:
    """Return whether no process holds the lock of an open file. Several processes may ask at once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove_free(descriptor: int, path: Path) -> None:
    """Remove an open file that nobody locks; leave it if another process looks at it just now.

    Of two that look, the slow one would remove the file that the owner of that name has made since, and the
    owner would count as dead. So only who has the lock removes the file.
    """
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_named(descriptor, path):
            path.unlink()


def is_named(descriptor: int, path: Path) -> bool:
    """Return whether the open file is still the one that has this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _require_that_locks_hold(path: Path) -> None:
    """Try the lock a second time: network file systems exist whose lock calls always succeed."""
    second = os.open(path, os.O_RDWR)
    try:
        if is_free(second):
            raise LocksDoNotHold(0, "its file system grants the same lock twice")
    finally:
        os.close(second)
