"""What is private is readable by its owner only, whatever the umask; what is public, by everybody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.cli.errors import report_unforeseen
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.sqlite.store import open_sqlite
from broadcast.sandbox import daemon

ROOT = Path(__file__).parents[2]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_the_ledger_and_all_beside_it_are_private(tmp_path, umask):
    ledger = Ledger.open(tmp_path / "data" / "broadcast.db")
    ledger.secret()
    run = ledger.runs.begin()

    seen = {path: mode(path) for path in tmp_path.rglob("*")}
    run.end()
    ledger.close()

    assert {path.name for path in seen} >= {
        "data",
        "broadcast.db",
        "broadcast.db.secret",
        "broadcast.db.runs",
    }
    for path, bits in seen.items():
        assert bits == (0o700 if path.is_dir() else 0o600), path


def test_the_journal_is_private_while_something_is_written(tmp_path, umask):
    store = open_sqlite(tmp_path / "broadcast.db")
    with store.transaction() as connection:
        connection.raw.execute("CREATE TABLE t (x)")
        connection.raw.execute("INSERT INTO t VALUES ('x')")
        seen = {path.name: mode(path) for path in tmp_path.iterdir()}
    store.close()

    assert len(seen) > 1
    assert set(seen.values()) == {0o600}


def test_what_is_deleted_from_the_ledger_is_gone_from_the_file(tmp_path):
    store = open_sqlite(tmp_path / "broadcast.db")
    with store.transaction() as connection:
        connection.raw.execute("CREATE TABLE t (x)")
        connection.raw.executemany(
            "INSERT INTO t VALUES (?)", [(f"sentinel{n}@privat.example",) for n in range(50)]
        )
    before = (tmp_path / "broadcast.db").read_bytes()
    with store.transaction() as connection:
        connection.raw.execute("DELETE FROM t")
    store.close()

    assert before.count(b"sentinel") == 50
    assert sum(path.read_bytes().count(b"sentinel") for path in tmp_path.iterdir() if path.is_file()) == 0


def test_what_a_bug_leaves_behind_is_private(tmp_path, monkeypatch, umask):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    report_unforeseen(ValueError("x"), [])

    details = next(tmp_path.rglob("broadcast-bug-*"))
    assert mode(details) == 0o600
    assert mode(details.parent) == 0o700


def test_what_a_rehearsal_leaves_behind_is_private(tmp_path, umask):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "broadcast"]
    notify = [*program, "--sandbox", "notify", "Chat", "--yes", "-o", "quiet"]
    rehearsal = tmp_path / ".sandbox"
    try:
        for command in ([*program, "init", "--sandbox"], notify):
            subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        private = [path for path in rehearsal.rglob("*") if not path.is_relative_to(rehearsal / "site")]
        seen = {path: mode(path) for path in (rehearsal, *private, *(tmp_path / "contacts").iterdir())}
    finally:
        daemon.stop(rehearsal)

    assert {path.name for path in seen} >= {"broadcast.db", "received.jsonl", "sandbox.log", "sandbox.lock"}
    for path, bits in seen.items():
        assert bits == (0o700 if path.is_dir() else 0o600), path


def test_a_page_is_readable_by_the_web_server(muster, umask):
    assert muster.notify("Chat", "--channel", "site").code == 0

    pages = [path for path in (muster.folder / "public").rglob("*") if not path.name.startswith(".")]
    assert len(pages) > 5
    for path in pages:
        assert mode(path) == (0o755 if path.is_dir() else 0o644), path


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o604, 0o666])
def test_a_dotenv_that_others_may_read_is_pointed_out(muster, bits):
    path = muster.write(".env", "A=b\n")
    path.chmod(bits)

    said = muster.run("config", "check")
    path.unlink()

    assert "chmod 600" in said.err
