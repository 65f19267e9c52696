"""Whether a run still lives is asked of the kernel, and of nobody else."""

from __future__ import annotations

import os
import signal

import pytest

from broadcast.dispatch.recovery import take_over
from broadcast.errors import LedgerError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.runs import Run, alive, runs_folder
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_samples import NOON, claim, record


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


@pytest.fixture
def sender(ledger):
    """Another process that has claimed two deliveries, and waits."""
    new = record(ledger, "anna", "bert", "carl", route=("sms",))
    ready, told = os.pipe()
    pid = os.fork()
    if not pid:
        theirs = Ledger.open(ledger.path)
        claim(theirs.deliveries(new.id, theirs.begin_run()), "sms", 2)
        os.write(told, b".")
        signal.pause()
        os._exit(0)
    os.read(ready, 1)
    yield pid, new
    os.close(ready)
    os.close(told)


def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_only_a_dead_runs_deliveries_are_taken_over(ledger, sender):
    pid, new = sender
    run = ledger.begin_run()
    work = ledger.deliveries(new.id, run)
    before = take_over(work, ledger.path, NOON, settle=5)

    assert (before.taken_over, before.alive) == (0, (pid,))

    end(pid)
    after = take_over(work, ledger.path, NOON, settle=5)
    assert (after.taken_over, after.alive) == (2, ())
    states = sorted(tally.state for tally in ledger.history.tallies(new.id) for _ in range(tally.count))
    assert states == [DeliveryState.PLANNED, DeliveryState.UNKNOWN, DeliveryState.UNKNOWN]
    run.end()


def test_a_stopped_process_lives(ledger, sender):
    pid, new = sender
    os.kill(pid, signal.SIGSTOP)
    run = ledger.begin_run()

    assert take_over(ledger.deliveries(new.id, run), ledger.path, NOON, settle=5).taken_over == 0

    run.end()
    end(pid)


def test_a_run_leaves_nothing_behind(ledger):
    run = ledger.begin_run()
    assert alive(ledger.path, run.id) == os.getpid()
    run.end()

    assert alive(ledger.path, run.id) is None
    assert list(runs_folder(ledger.path).iterdir()) == []


def test_a_lock_that_cannot_be_read_is_no_proof_of_death(ledger):
    runs_folder(ledger.path).mkdir()
    (runs_folder(ledger.path) / "x.lock").mkdir()

    with pytest.raises(LedgerError, match="cannot tell"):
        alive(ledger.path, "x")


def test_a_run_that_cannot_be_registered_sends_nothing(ledger):
    runs_folder(ledger.path).write_text("in the way")

    with pytest.raises(LedgerError, match="cannot write beside the ledger") as raised:
        Run.begin(ledger.path)

    assert raised.value.exit_status == 12


def test_the_install_secret_is_made_once_for_everybody(ledger, tmp_path, monkeypatch):
    first = ledger.secret()

    assert len(first) >= 32
    again = Ledger.open(tmp_path / "ledger.db")
    assert again.secret() == first
    again.close()
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", "named")
    assert ledger.secret() == b"named"
