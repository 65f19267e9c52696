"""Whether a run still lives is asked of the kernel, and of nobody else."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal

import pytest

from broadcast.dispatch.recovery import take_over
from broadcast.errors import LedgerError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_samples import NOON, after, claim, record


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
        theirs = Ledger.open(ledger.name)
        claim(theirs.deliveries(new.id, theirs.runs.begin(), clock=SystemClock()), "sms", 2)
        os.write(told, b".")
        signal.pause()
        os._exit(0)
    os.read(ready, 1)
    yield pid, new
    with contextlib.suppress(ProcessLookupError):  # a test that failed has not ended it
        end(pid)
    os.close(ready)
    os.close(told)


def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_only_a_dead_runs_deliveries_are_taken_over(ledger, sender):
    pid, new = sender
    run = ledger.runs.begin()
    work = ledger.deliveries(new.id, run, clock=SystemClock())
    before = take_over(work, ledger.runs, NOON, lookup_delay=5)

    assert (before.taken_over, before.alive) == (0, (pid,))

    end(pid)
    behind = take_over(work, ledger.runs, NOON, lookup_delay=5)
    assert (behind.taken_over, behind.alive) == (2, ())
    counted = ledger.history.delivery_counts(new.id)
    states = sorted(entry.state for entry in counted for _ in range(entry.count))
    assert states == [DeliveryState.PLANNED, DeliveryState.UNKNOWN, DeliveryState.UNKNOWN]
    run.end()


def test_what_was_taken_over_is_told_and_not_asked_about_before_it_has_settled(ledger, sender):
    pid, new = sender
    run = ledger.runs.begin()
    work = ledger.deliveries(new.id, run, clock=SystemClock())
    take_over(work, ledger.runs, NOON, lookup_delay=5)
    (incident,) = ledger.incidents.all()
    assert "recovery" not in [event.kind for event in ledger.history.events(incident)]

    end(pid)
    take_over(work, ledger.runs, NOON, lookup_delay=5)

    (told,) = (event for event in ledger.history.events(incident) if event.kind == "recovery")
    assert told.detail == "2 taken over: the run that sent it ended before the answer came"
    assert work.lookups("sms", 9, after(4), after(9)) == ([], after(5).timestamp())
    assert len(work.lookups("sms", 9, after(5), after(9))[0]) == 2
    run.end()


def test_a_stopped_process_lives(ledger, sender):
    pid, new = sender
    os.kill(pid, signal.SIGSTOP)
    run = ledger.runs.begin()

    assert (
        take_over(
            ledger.deliveries(new.id, run, clock=SystemClock()), ledger.runs, NOON, lookup_delay=5
        ).taken_over
        == 0
    )

    run.end()
    end(pid)


def test_a_run_leaves_nothing_behind(ledger):
    run = ledger.runs.begin()
    assert ledger.runs.alive(run.id) == os.getpid()
    run.end()

    assert ledger.runs.alive(run.id) is None
    assert list(ledger.runs.folder.iterdir()) == []


def test_a_lock_that_cannot_be_read_is_no_proof_of_death(ledger):
    ledger.runs.folder.mkdir()
    (ledger.runs.folder / "x.lock").mkdir()

    with pytest.raises(LedgerError, match="cannot tell"):
        ledger.runs.alive("x")


def test_a_run_that_cannot_be_registered_sends_nothing(ledger):
    ledger.runs.folder.write_text("in the way")

    with pytest.raises(LedgerError, match="cannot write beside the ledger") as raised:
        ledger.runs.begin()

    assert raised.value.exit_status == 12


def test_the_install_secret_is_made_once_for_everybody(ledger, tmp_path, monkeypatch):
    first = ledger.secret()

    assert len(first) >= 32
    again = Ledger.open(tmp_path / "ledger.db")
    assert again.secret() == first
    again.close()
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", "named by the environment")
    assert ledger.secret() == b"named by the environment"


def test_what_a_dead_run_left_is_removed_by_one_that_looks_alone(ledger, sender):
    pid, _ = sender
    (left,) = ledger.runs.folder.iterdir()
    end(pid)
    with left.open() as another:
        fcntl.flock(another, fcntl.LOCK_SH)
        assert ledger.runs.alive(left.stem) is None
        assert left.exists()

    assert ledger.runs.alive(left.stem) is None
    assert not left.exists()
