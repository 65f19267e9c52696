"""Find the other processes that hold a lock on an SQLite file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_LOCKS = Path("/proc/locks")


def holders(path: Path) -> list[int]:
    """Return the other processes that hold a lock of SQLite's on that file, as far as this system tells."""
    files = [found for name in (path, path.with_name(path.name + "-shm")) if (found := _stat(name))]
    try:
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []
    pids = {pid for line in lines for file in files if (pid := _holder(line, file))}
    return sorted(pids - {os.getpid()})


def _holder(line: str, file: os.stat_result) -> int | None:
    """`1: POSIX  ADVISORY  WRITE 4711 fe:00:2146334 1073741824 1073742335`; `->` stands before who waits."""
    fields = line.split()
    if fields[1] != "POSIX" or fields[5].rpartition(":")[2] != str(file.st_ino):
        return None
    pid = int(fields[4])
    device = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}"
    # Some file systems (btrfs) show programs another number of the device than the kernel uses itself.
    return pid if fields[5].startswith(f"{device}:") or _has_open(pid, file) else None


def _has_open(pid: int, file: os.stat_result) -> bool:
    with suppress(OSError):
        opened = (_stat(link) for link in Path(f"/proc/{pid}/fd").iterdir())
        return any(os.path.samestat(found, file) for found in opened if found)
    return False


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
