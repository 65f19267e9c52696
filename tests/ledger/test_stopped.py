"""A process that Ctrl-Z or SIGSTOP stopped keeps nobody out of the ledger, or is named with what to do."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from broadcast.cli.output.bars import Bars
from broadcast.cli.output.progress import Lines, LineWriter
from broadcast.cli.terminal import Stream
from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.errors import LedgerBusy
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.sqlite.store import open_sqlite
from broadcast.testing.ledger_samples import record

NAMES_HOLDERS = Path("/proc/locks").exists()


@pytest.fixture
def path(tmp_path) -> Path:
    Ledger.open(tmp_path / "ledger.db").close()
    return tmp_path / "ledger.db"


def forked(work: Callable[[], None]) -> int:
    """Do that in a process of a job of its own, as a shell starts it: Ctrl-Z stops no orphan."""
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        work()
        os._exit(0)
    return pid


def stopped(pid: int) -> int:
    """The signal that stopped it; returns once it is stopped."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    return os.WSTOPSIG(status)


def end(pid: int, number: int = signal.SIGCONT) -> int:
    os.kill(pid, number)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_ctrl_z_waits_for_the_end_of_a_transaction(path):
    def work() -> None:
        store = open_sqlite(path)
        with store.transaction() as connection:
            os.kill(os.getpid(), signal.SIGTSTP)
            connection.raw.execute("UPDATE pace SET reason = ''")

    pid = forked(work)

    assert stopped(pid) == signal.SIGTSTP
    ours = Ledger.open(path, wait=0)
    record(ours, "anna")
    ours.close()
    assert end(pid) == 0


def lines() -> Listener:
    return Lines(LineWriter(Stream(io.StringIO(), drawable=False, colour=False)), every=True)


def bars() -> Listener:
    return Bars(Stream(io.StringIO(), drawable=True, colour=False))


@pytest.mark.parametrize("begin", [lines, bars])
def test_ctrl_z_waits_though_another_thread_shows_how_far_the_run_is(path, begin):
    """Ctrl-Z stops a process as soon as any of its threads lets it."""

    def work() -> None:
        begin()(Event(kind=EventKind.PLANNED, channel="email", count=1))
        store = open_sqlite(path)
        with store.transaction() as connection:
            os.kill(os.getpid(), signal.SIGTSTP)
            connection.raw.execute("UPDATE pace SET reason = ''")

    pid = forked(work)

    assert stopped(pid) == signal.SIGTSTP
    ours = Ledger.open(path, wait=0)
    record(ours, "anna")
    ours.close()
    assert end(pid) == 0


def test_ctrl_z_waits_for_the_end_of_reading(path):
    def work() -> None:
        store = open_sqlite(path)
        record(Ledger(store), "anna", "bert")
        with store.reading() as connection:
            for _ in connection.raw.execute("SELECT * FROM delivery"):
                os.kill(os.getpid(), signal.SIGTSTP)

    pid = forked(work)

    assert stopped(pid) == signal.SIGTSTP
    ours = Ledger.open(path, wait=0)
    record(ours, "carl")
    ours.close()
    assert end(pid) == 0


@pytest.mark.skipif(not NAMES_HOLDERS, reason="only Linux names who holds a lock")
@pytest.mark.parametrize("number", [signal.SIGSTOP, None])
def test_the_process_that_keeps_the_ledger_locked_is_named(path, number):
    ready, said = os.pipe()

    def work() -> None:
        store = open_sqlite(path)
        with store.transaction():
            os.write(said, b".")
            if number is not None:
                os.kill(os.getpid(), number)
            signal.pause()

    pid = forked(work)
    os.read(ready, 1)
    if number is not None:
        stopped(pid)
    ours = Ledger.open(path, wait=0)

    with pytest.raises(LedgerBusy, match=f"process {pid} ") as raised:
        record(ours, "anna")

    assert ("stopped" in str(raised.value)) == (number is not None)
    assert (f"kill -CONT {pid}" in raised.value.hint) == (number is not None)
    ours.close()
    assert end(pid, signal.SIGKILL) == -signal.SIGKILL
