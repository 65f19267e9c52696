"""The ledger's file: private, durable, and never mistaken for something else."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import stat
import subprocess

import pytest

from broadcast.errors import LedgerBusy, LedgerDamaged, LedgerError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.testing.ledger_samples import NOON, claim, incident, notice, owed, record

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "here" / "ledger.db"


def filled(path):
    ledger = Ledger.open(path)
    new = record(ledger, *(f"p{n}" for n in range(40)))
    run = ledger.runs.begin()
    claim(ledger.deliveries(new.id, run, clock=SystemClock()), "email")
    run.end()
    ledger.close()


def read_and_write(path):
    """Everything a command does with a ledger."""
    ledger = Ledger.open(path, wait=0.1)
    try:
        for one in ledger.incidents.all():
            for found in ledger.incidents.notices(one):
                ledger.incidents.texts(found.id)
                ledger.history.lines(found)
                ledger.history.previous_deliveries(one)
                ledger.history.open_routes(found)
                run = ledger.runs.begin()
                claim(ledger.deliveries(found.id, run, clock=SystemClock()), "email")
                run.end()
        record(ledger, "new")
    finally:
        ledger.close()


def pragma(ledger, name):
    with ledger.store.reading() as connection:
        return connection.raw.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_commit_is_on_disk_when_it_returns(path):
    ledger = Ledger.open(path)

    safe = "wal" if sqlite3.sqlite_version_info >= (3, 51, 3) else "truncate"
    assert pragma(ledger, "journal_mode") == safe
    assert pragma(ledger, "synchronous") == 2
    assert pragma(ledger, "secure_delete") == 1
    assert ledger.check() == "ok"
    ledger.close()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_this_user_may_read_it(path, mask):
    before = os.umask(mask)
    try:
        ledger = Ledger.open(path)
        ledger.secret()
        run = ledger.runs.begin()
    finally:
        os.umask(before)

    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.rglob("*")}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes.pop("ledger.db.runs") == 0o700
    assert set(modes.values()) == {0o600}
    run.end()
    ledger.close()


def test_another_programs_file_is_refused_and_left_as_it_is(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as theirs:
        theirs.execute("PRAGMA journal_mode=WAL")
        theirs.execute("CREATE TABLE recipes (name)")
    theirs.close()
    before = path.read_bytes()

    with pytest.raises(LedgerDamaged, match="another program"):
        Ledger.open(path)

    assert path.read_bytes() == before


def test_an_empty_file_marked_by_another_program_is_refused(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as theirs:
        theirs.execute("PRAGMA application_id=7")
    theirs.close()

    with pytest.raises(LedgerDamaged, match="another program"):
        Ledger.open(path)


def test_a_newer_schema_is_refused_with_what_to_do(path):
    filled(path)
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version=99")
    newer.close()

    with pytest.raises(LedgerError, match=r"newer broadcast.*99") as raised:
        Ledger.open(path)

    assert "upgrade" in raised.value.hint


def test_opening_twice_at_once_makes_one_schema(path):
    first, second = Ledger.open(path), Ledger.open(path)

    record(first, "anna")

    assert len(second.incidents.all()) == 1
    first.close()
    second.close()


def test_a_locked_ledger_is_busy_after_the_wait_and_says_so(path):
    filled(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(LedgerBusy, match="locked by another process") as raised:
        read_and_write(path)

    assert raised.value.exit_status == 12
    holder.close()
    read_and_write(path)


def test_a_ledger_that_is_locked_while_it_is_open_is_busy_too(path):
    ledger = Ledger.open(path, wait=0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(LedgerBusy):
        record(ledger, "anna")

    holder.close()
    assert record(ledger, "anna").sequence == 1
    ledger.close()


def test_a_folder_is_no_ledger(tmp_path):
    with pytest.raises(LedgerError, match="is a folder"):
        Ledger.open(tmp_path)


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_refused(path):
    filled(path)
    path.chmod(0o400)

    with pytest.raises(LedgerError, match="cannot open the ledger"):
        Ledger.open(path)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 512 KiB of its own."""
    if not AS_ROOT:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "small", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_disk_that_became_read_only_is_named(small_disk):
    filled(small_disk / "ledger.db")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(LedgerError, match="Read-only") as raised:
        Ledger.open(small_disk / "ledger.db")

    assert raised.value.exit_status == 12


def test_on_a_full_disk_a_notice_is_recorded_whole_or_not_at_all(small_disk):
    ledger = Ledger.open(small_disk / "ledger.db")

    with pytest.raises(LedgerError, match=r"disk of the ledger .* is full") as raised:
        ledger.incidents.record(notice(incident(), 1, owed(*(f"p{n}" for n in range(5000)))), NOON)

    assert "space" in raised.value.hint
    assert ledger.incidents.all() == []
    assert record(ledger, "anna").sequence == 1
    assert ledger.check() == "ok"
    ledger.close()


@pytest.mark.parametrize(
    "content", [b"hello", b"SQLite format 3\0" + b"\xff" * 200, os.urandom(5000), b"\0" * 4096]
)
def test_garbage_is_damage(path, content):
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(LedgerError) as raised:
        read_and_write(path)

    assert raised.value.hint
    assert path.read_bytes() == content


@pytest.mark.parametrize("seed", range(30))
def test_a_truncated_file_never_shows_a_traceback(path, seed):
    filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: random.Random(seed).randrange(1, len(whole))])

    with pytest.raises(LedgerError):
        read_and_write(path)


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes_never_show_a_traceback(path, seed):
    filled(path)
    spoil(path, seed, 40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_many_flipped_bytes_never_show_a_traceback(path, seed):
    filled(path)
    spoil(path, seed, 1 + seed % 60)


def spoil(path, seed, flips):
    whole, chance = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(flips):
        whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    path.write_bytes(whole)

    with contextlib.suppress(LedgerError):
        read_and_write(path)
