"""One ledger under several names: its locks, its journal and its secret lie beside one of them only."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.errors import LedgerBusy, LedgerError
from broadcast.ledger.ledger import Ledger
from broadcast.testing.ledger_samples import record

ANOTHER_WRITER = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"


@pytest.fixture
def path(tmp_path) -> Path:
    Ledger.open(tmp_path / "ledger.db").close()
    return tmp_path / "ledger.db"


@pytest.mark.parametrize("target", ["ledger.db", "folder/../ledger.db", "link-to-a-link"])
def test_symbolic_links_lead_to_one_ledger_with_one_secret_and_the_same_runs(path, target):
    (path.parent / "folder").mkdir()
    (path.parent / "link-to-a-link").symlink_to("ledger.db")
    (path.parent / "other.db").symlink_to(target)
    ledger, other = Ledger.open(path), Ledger.open(path.parent / "other.db")
    run = ledger.runs.begin()

    assert other.runs.living() == [os.getpid()]
    assert other.secret() == ledger.secret()
    assert not list(path.parent.glob("other.db.*"))
    run.end()
    ledger.close()
    other.close()


def test_a_symbolic_link_may_point_at_a_ledger_that_is_still_to_be_made(tmp_path):
    (tmp_path / "link.db").symlink_to("state/ledger.db")

    Ledger.open(tmp_path / "link.db").close()

    assert (tmp_path / "state" / "ledger.db").is_file()


def test_symbolic_links_in_a_circle_are_named(tmp_path):
    (tmp_path / "a.db").symlink_to("b.db")
    (tmp_path / "b.db").symlink_to("a.db")

    with pytest.raises(LedgerError, match="cannot open the ledger"):
        Ledger.open(tmp_path / "a.db")


@pytest.mark.parametrize("name", ["ledger.db", "hard.db"])
def test_hard_links_are_refused_by_either_name(path, name):
    (path.parent / "hard.db").hardlink_to(path)

    with pytest.raises(LedgerError, match=r"2 names \(hard links\)") as raised:
        Ledger.open(path.parent / name)

    assert raised.value.exit_status == 12
    assert "samefile" in raised.value.hint
    (path.parent / "hard.db").unlink()
    Ledger.open(path).close()


def test_a_pipe_is_no_ledger_and_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "ledger.db")

    with pytest.raises(LedgerError, match="not a file"):
        Ledger.open(tmp_path / "ledger.db")


@pytest.mark.parametrize("name", ["ledger.db", "led ger.db"])
def test_a_file_that_is_mounted_alone_is_refused(path, name):
    mounted = path.parent / "container" / name
    mounted.parent.mkdir()
    mounted.touch()
    if os.geteuid() or subprocess.run(["mount", "--bind", path, mounted], capture_output=True).returncode:
        pytest.skip("only root may mount")
    try:
        with pytest.raises(LedgerError, match="mounted as a single file") as raised:
            Ledger.open(mounted)
        assert "mount its folder" in raised.value.hint
    finally:
        subprocess.run(["umount", "-l", mounted], check=True)


def test_a_ledger_that_is_moved_while_it_is_open_is_not_written(path):
    ledger = Ledger.open(path)
    path.rename(path.with_name("moved.db"))

    with pytest.raises(LedgerError, match="moved or replaced"):
        record(ledger, "anna")
    ledger.close()


def test_opening_a_ledger_leaves_the_locks_of_another_connection_in_this_process(path):
    ledger = Ledger.open(path)
    with ledger.store.transaction():
        Ledger.open(path).close()
        other = subprocess.run([sys.executable, "-c", ANOTHER_WRITER, path], capture_output=True, text=True)

    assert "database is locked" in other.stderr
    ledger.close()


def test_a_busy_ledger_stays_busy_when_it_is_opened_again(path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for _ in range(2):
        with pytest.raises(LedgerBusy):
            Ledger.open(path, wait=0)
    holder.close()
