"""The install secret: what makes our references deterministic, and unguessable to others.

It lives beside the ledger, not in it, so that a lost ledger does not lose the references with it.
"""

from __future__ import annotations

import os
from pathlib import Path

from broadcast.errors import LedgerError
from broadcast.model.ids import new_secret

VARIABLE = "BROADCAST_INSTALL_SECRET"


def install_secret(ledger: Path) -> bytes:
    """The secret from the environment, or from the file beside the ledger, made on first use."""
    if named := os.environ.get(VARIABLE):
        return named.encode()
    path = ledger.with_name(ledger.name + ".secret")
    try:
        return _read_or_create(path)
    except OSError as error:
        raise LedgerError(
            f"cannot use the install secret {path}: {error.strerror}",
            hint=f"check its permissions, or set {VARIABLE}",
        ) from None


def _read_or_create(path: Path) -> bytes:
    if path.exists() and (secret := path.read_bytes()):
        return secret
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, new_secret().hex().encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        # A link fails where a rename would replace: the first of two processes wins for both.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return path.read_bytes()


def _sync_folder(folder: Path) -> None:
    """Let the name outlive a power cut: with another secret, sent messages would not be found again."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
