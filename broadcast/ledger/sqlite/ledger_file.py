"""The path of the ledger's file: one name only, because journal, locks and secret are beside that name."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from broadcast.errors import LedgerError

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"[\s\\]")


def ledger_file(path: Path) -> Path:
    """Return the file behind `path`, whatever symbolic links lead there; it need not exist yet.

    Raises `LedgerError` if it has a second name that only some processes use: they would neither see each
    other's locks nor each other's journal, so people would be told twice and the file be damaged.
    """
    real = Path(os.path.realpath(path))
    try:
        found = real.stat()
    except OSError:
        return real  # opening it reports what is wrong
    if stat.S_ISDIR(found.st_mode):
        raise LedgerError(
            f"the ledger {path} is a folder", hint='name a file: url = "sqlite:///broadcast.db"'
        )
    if not stat.S_ISREG(found.st_mode):
        raise LedgerError(f"the ledger {path} is not a file", hint="name another file under [ledger] url")
    if found.st_nlink > 1:
        raise LedgerError(
            f"the ledger {real} has {found.st_nlink} names (hard links)",
            hint="nothing was sent; keep one name and remove the others, or use a symbolic link. "
            f"This finds them: find / -xdev -samefile {real}",
        )
    if _is_mounted_alone(real):
        raise LedgerError(
            f"the ledger {real} is mounted as a single file",
            hint="nothing was sent; mount its folder instead, because its journal and locks lie beside it",
        )
    return real


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return the device and the inode of a file: one that replaces it has others. None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_mounted_alone(path: Path) -> bool:
    """Return whether the file is a mount point itself, as in `docker run -v ledger.db:/data/ledger.db`."""
    try:
        mounts = _MOUNTS.read_bytes()
    except OSError:
        return False  # not Linux
    spelled = os.fsencode(_ESCAPED.sub(lambda found: f"\\{ord(found[0]):03o}", str(path)))
    return any(line.split(b" ", 5)[4] == spelled for line in mounts.splitlines() if spelled in line)
