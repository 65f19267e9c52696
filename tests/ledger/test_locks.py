"""Locks on files, step by step: no order of events hides a run that lives, or keeps a dead one alive."""

from __future__ import annotations

import fcntl
import os
import select
import time
from pathlib import Path

import pytest

from broadcast.errors import LedgerError, Refused
from broadcast.ledger.install import install_secret
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.locks import hold, is_free
from broadcast.ledger.sqlite.runs import SqliteRuns, watching_alone

RUN = "0123456789abcdef"


@pytest.fixture
def ledger(tmp_path) -> Path:
    Ledger.open(tmp_path / "ledger.db").close()
    SqliteRuns(tmp_path / "ledger.db").folder.mkdir()
    return tmp_path / "ledger.db"


def lock_of(ledger: Path) -> Path:
    return SqliteRuns(ledger).folder / f"{RUN}.lock"


class Other:
    """Another process: told to, it takes a lock, says so, and holds it until it is told to let go."""

    def __init__(self, path: Path) -> None:
        self._said, said = os.pipe()
        told, self._told = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            try:
                os.close(self._told)  # so that it ends with this process, whatever happens to it
                os.read(told, 1)
                hold(path, str(os.getpid()).encode())
                os.write(said, b".")
                os.read(told, 1)
            finally:
                os._exit(0)

    def until_it_waits(self) -> None:
        """Let it begin; return once the kernel has it wait for a lock that somebody else holds."""
        os.write(self._told, b".")
        until = time.monotonic() + 10
        while not any(b"->" in line and str(self.pid).encode() in line.split() for line in _locks()):
            assert time.monotonic() < until

    def has_it(self) -> None:
        readable, _, _ = select.select([self._said], [], [], 10)
        assert readable
        assert os.read(self._said, 1) == b"."

    def end(self) -> None:
        os.write(self._told, b".")
        os.waitpid(self.pid, 0)


def _locks() -> list[bytes]:
    return Path("/proc/locks").read_bytes().splitlines()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux shows who waits for a lock")
def test_a_run_is_alive_although_somebody_looked_before_it_had_its_lock(ledger):
    beginning = Other(lock_of(ledger))
    looking = os.open(lock_of(ledger), os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    beginning.until_it_waits()

    assert SqliteRuns(ledger).alive(RUN) is None  # it has created its file, and has no lock yet
    os.close(looking)
    beginning.has_it()

    assert SqliteRuns(ledger).alive(RUN) == beginning.pid
    assert SqliteRuns(ledger).living() == [beginning.pid]
    beginning.end()
    assert SqliteRuns(ledger).living() == []


def test_a_dead_run_is_dead_for_everybody_who_looks_at_once(ledger):
    lock_of(ledger).write_text("4711")
    looking = os.open(lock_of(ledger), os.O_RDWR)
    assert is_free(looking)

    assert SqliteRuns(ledger).alive(RUN) is None
    os.close(looking)


def test_many_processes_that_need_the_secret_first_get_one(tmp_path):
    start, held = os.pipe()
    ends = [_reading_the_secret(tmp_path / "ledger.db", start) for _ in range(12)]
    os.write(held, b"." * len(ends))

    secrets = {os.read(end, 100) for end in ends}

    assert secrets == {install_secret(tmp_path / "ledger.db")}
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db.secret"]


def _reading_the_secret(ledger: Path, start: int) -> int:
    end, said = os.pipe()
    if not os.fork():
        try:
            os.read(start, 1)
            os.write(said, install_secret(ledger))
        finally:
            os._exit(0)
    os.close(said)
    return end


def test_a_secret_that_was_not_finished_is_made_anew(tmp_path):
    (tmp_path / "ledger.db.secret.new").write_bytes(b"half of a secret that nobody ever used")

    secret = install_secret(tmp_path / "ledger.db")

    assert len(secret) == 64
    assert secret == install_secret(tmp_path / "ledger.db")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _dangling(path: Path) -> None:
    path.symlink_to("not-mounted")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (Path.touch, "is empty"),
        (lambda path: path.write_bytes(b" \n"), "is empty"),
        (lambda path: path.write_bytes(b"fifteen bytes.."), "has only 15 bytes"),
        (Path.mkdir, "directory"),
        (_pipe, "not a file"),
        (_dangling, "No such file"),
    ],
)
def test_what_is_no_secret_is_refused_and_left_as_it_is(tmp_path, make, said):
    path = tmp_path / "ledger.db.secret"
    make(path)
    before = path.lstat()

    with pytest.raises(LedgerError, match=said) as raised:
        install_secret(tmp_path / "ledger.db")

    assert raised.value.hint
    assert path.lstat() == before


def test_a_short_secret_from_the_environment_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", "short")

    with pytest.raises(LedgerError, match="BROADCAST_INSTALL_SECRET has only 5 bytes"):
        install_secret(tmp_path / "ledger.db")


def test_a_secret_behind_a_symbolic_link_is_read(tmp_path):
    (tmp_path / "mounted").write_bytes(b"a secret that an orchestrator mounts")
    (tmp_path / "ledger.db.secret").symlink_to("mounted")

    assert install_secret(tmp_path / "ledger.db") == b"a secret that an orchestrator mounts"


def test_one_process_watches_whatever_the_ledger_is_called(ledger):
    (ledger.parent / "other.db").symlink_to(ledger)

    with (
        watching_alone(ledger),
        pytest.raises(Refused, match="another `broadcast watch`"),
        watching_alone(ledger.parent / "other.db"),
    ):
        pass
