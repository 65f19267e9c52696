"""The install secret: it makes our references repeatable, and impossible for others to guess.

It lives beside the ledger, not in it, so that a lost ledger does not lose the references with it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from broadcast.errors import LedgerError
from broadcast.ledger.locks import USE_A_LOCAL_DISK, LocksDoNotHold, hold
from broadcast.model.counted import counted
from broadcast.model.ids import new_secret

VARIABLE = "BROADCAST_INSTALL_SECRET"
SHORTEST = 16  # bytes; a shorter one can be guessed
_PUT_BACK = (
    "nothing was sent; put its copy back. If there is none, remove it and a new one is made: "
    "unsubscribe links and suppressions from before are then not recognised any more"
)


def install_secret(ledger: Path) -> bytes:
    """Return the secret from the environment, or from the file beside the ledger, made on first use.

    Raises `LedgerError` if it cannot be read, or is too short to be one.
    """
    # The environment comes first, so that several machines can share one secret.
    if named := os.environ.get(VARIABLE):
        return _long_enough(named.encode(), VARIABLE, f"give {VARIABLE} at least {SHORTEST} characters")
    path = ledger.with_name(ledger.name + ".secret")
    try:
        if not os.path.lexists(path):
            _create(path)
        return _long_enough(_read(path), str(path), _PUT_BACK)
    except LocksDoNotHold as error:
        raise LedgerError(
            f"cannot lock files in {path.parent}: {error.strerror}", hint=USE_A_LOCAL_DISK
        ) from None
    except OSError as error:
        raise LedgerError(
            f"cannot use the install secret {path}: {error.strerror}",
            hint=f"check its permissions, or set {VARIABLE}",
        ) from None


def _long_enough(secret: bytes, where: str, fix: str) -> bytes:
    if len(secret.strip()) < SHORTEST:
        size = f"has only {counted(len(secret), 'byte')}" if secret.strip() else "is empty"
        raise LedgerError(f"the install secret {where} {size}", hint=fix)
    return secret


def _read(path: Path) -> bytes:
    # A pipe must not make every command wait.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a file")
        return file.read()


def _create(path: Path) -> None:
    """Create the secret whole or not at all; of several processes, the first creates it for all."""
    temporary = path.with_name(path.name + ".new")
    descriptor = hold(temporary)
    try:
        if os.path.lexists(path):
            temporary.unlink()
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, new_secret().hex().encode(), 0)
        os.fsync(descriptor)
        temporary.rename(path)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the name survive a power cut: with another secret, sent messages would not be found again."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
