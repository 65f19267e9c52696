"""Other processes that use the ledger, and Ctrl-Z, which must not stop this one while it keeps them out."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCKS = Path("/proc/locks")


@contextmanager
def ctrl_z_deferred() -> Iterator[None]:
    """Ctrl-Z takes effect at the end of the block, as far as this thread decides about it.

    A thread that does not defer it stops the whole process, even while another thread has a transaction open.
    A thread that is begun in the block defers it for good.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def obey_ctrl_z() -> None:
    """Let this thread be the one at which Ctrl-Z stops the process."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})


def is_stopped(pid: int) -> bool:
    """Whether that process was stopped (Ctrl-Z), as far as this system tells; it ends nothing by itself."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] in (["T"], ["t"])


def name_of(pid: int) -> str:
    """What that process is called; empty if this system does not tell."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def holders(path: Path) -> list[int]:
    """The other processes that hold a lock of SQLite's on that database, as far as this system tells."""
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
