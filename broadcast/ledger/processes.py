"""Look at other processes of the ledger, and defer Ctrl-Z while this one keeps them waiting."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class _Deferring(threading.local):
    """How many blocks of this thread defer Ctrl-Z, and which signals were blocked before the first."""

    blocks = 0
    before: Iterable[int] = ()


_deferring = _Deferring()


@contextmanager
def ctrl_z_deferred() -> Iterator[None]:
    """Defer Ctrl-Z to the end of the block, as far as this thread decides about it.

    Blocks of two coroutines may overlap in any order: the last one to end lets Ctrl-Z take effect.
    A thread that does not defer it stops the whole process, even while another thread has a transaction open.
    A thread that is begun in the block defers it for good.
    """
    if not _deferring.blocks:
        _deferring.before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
    _deferring.blocks += 1
    try:
        yield
    finally:
        _deferring.blocks -= 1
        if not _deferring.blocks:
            signal.pthread_sigmask(signal.SIG_SETMASK, _deferring.before)


def obey_ctrl_z() -> None:
    """Let Ctrl-Z stop the process while this thread is at work."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})


def is_stopped(pid: int) -> bool:
    """Return whether that process was stopped (Ctrl-Z), as far as this system tells: it ends only if told."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] in (["T"], ["t"])


def name_of(pid: int) -> str:
    """Return what that process is called; empty if this system does not tell."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
