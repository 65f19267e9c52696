"""Runs that are killed at any moment, then continued: nobody lost, nobody told twice, nothing guessed.

What the sandbox's people got is the judge; it runs in a process of its own and accepts late.
"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from broadcast.dispatch.progress import EventKind, Listener
from broadcast.model.delivery import DeliveryState
from broadcast.publishing.request import Limits, Request, Verb
from tests.harness.company import Company
from tests.harness.processes import Child, Daemon, fork

PEOPLE = 30
LONGEST = 0.6  # seconds; about as long as an undisturbed run
SLOWLY = "all:late=0.02"


@pytest.fixture
def company(daemon: Daemon, tmp_path: Path) -> Company:
    company = daemon.company(tmp_path)
    company.configure()
    company.employ(PEOPLE)
    return company


def publishing(company: Company, key: str | None = None) -> Child:
    def work(listener: Listener) -> int:
        request = Request(verb=Verb.NOTIFY, title="Checkout down", key=key)
        return company.publish(request, Limits(), listener).exit_code

    return fork(work)


def retrying(company: Company) -> Child:
    return fork(lambda _: company.retry().exit_code)


def finish(company: Company) -> int:
    """Retry until nothing changes any more; a run that was killed before its plan was on disk starts over."""
    with company.ledger() as ledger:
        begun = bool(ledger.incidents.all())
    if not begun:
        return company.notify().exit_code
    return min(company.retry().exit_code for _ in range(3))


@pytest.mark.parametrize("seed", range(7))
def test_a_killed_run_is_finished_where_the_provider_can_be_asked(company, daemon, seed):
    killed_and_finished(company, daemon, seed, kills=1)


@pytest.mark.parametrize("seed", range(100, 103))
def test_two_kills_in_a_row_change_nothing(company, daemon, seed):
    killed_and_finished(company, daemon, seed, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_killed_very_often(company, daemon, seed):
    killed_and_finished(company, daemon, seed, kills=1 + seed % 3)


def killed_and_finished(company: Company, daemon: Daemon, seed: int, kills: int) -> None:
    company.configure([["sms"]], sms="concurrency = 4")
    company.employ(PEOPLE)
    daemon.arm(SLOWLY)
    moments = random.Random(seed)
    for kill in range(kills):
        child = publishing(company) if kill == 0 else retrying(company)
        wait_and_kill(child, moments.uniform(0, LONGEST))

    assert finish(company) == 0
    assert company.told_once("twilio"), company.copies()


def wait_and_kill(child: Child, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and child.hears(left):
        pass
    child.kill()


@pytest.mark.parametrize("seed", range(200, 203))
def test_without_a_look_up_everybody_is_told_once_or_listed_as_unknown(company, daemon, seed):
    company.configure([["mail-backup"]], mail_backup="concurrency = 4")
    company.employ(PEOPLE)
    daemon.arm(SLOWLY)
    child = publishing(company)
    child.until(EventKind.ATTEMPT)
    wait_and_kill(child, random.Random(seed).uniform(0, 0.2))

    company.retry()

    states, copies = company.states(), company.copies()
    assert max(len(found) for found in copies.values()) == 1
    missed = {person for person, found in copies.items() if not found}
    unknown = {person for person, state in states.items() if state is DeliveryState.UNKNOWN}
    assert missed <= unknown
    assert len(unknown) <= 4


@pytest.mark.parametrize("seed", range(300, 302))
def test_with_a_backup_no_channel_is_used_twice_for_anybody(company, daemon, seed):
    company.configure([["email", "mail-backup", "sms"]])
    company.employ(PEOPLE)
    daemon.arm("sendgrid:down", SLOWLY)
    child = publishing(company)
    wait_and_kill(child, random.Random(seed).uniform(0.1, LONGEST))

    assert finish(company) == 0
    assert all(found and len(set(found)) == len(found) for found in company.copies().values())


def test_two_processes_with_the_same_key_share_one_notice(company, daemon):
    company.configure([["sms"]], sms="concurrency = 4")
    company.employ(PEOPLE)
    daemon.arm(SLOWLY)

    both = [publishing(company, key="run-7"), publishing(company, key="run-7")]
    codes = {child.wait() for child in both}

    assert codes <= {0, 11}
    assert 0 in codes
    assert company.told_once("twilio")
    assert company.notify(key="run-7").replayed


def test_retrying_beside_a_living_run_doubles_nothing(company, daemon):
    company.configure([["sms"]], sms="concurrency = 2")
    company.employ(PEOPLE)
    daemon.arm("twilio:late=0.05")
    child = publishing(company)
    child.until(EventKind.ACCEPTED)

    result = company.retry()

    assert any("still sending" in warning for warning in result.warnings)
    assert result.exit_code == 0
    assert child.wait() == 0
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


def test_a_stopped_process_is_not_taken_for_dead(company, daemon):
    company.configure([["sms"]], sms="concurrency = 1", timeout="5s")
    company.employ(3)
    daemon.arm("twilio:hang_after,times=1")
    child = publishing(company)
    daemon.until_received(1)
    child.stop(signal.SIGSTOP)

    result = company.retry()
    child.stop(signal.SIGINT)
    child.stop(signal.SIGTERM)
    child.stop(signal.SIGCONT)

    assert result.counts.accepted == 2
    assert result.counts.unknown == 1
    assert child.wait() == 130
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


def test_the_locks_of_dead_runs_are_tidied_up(company, daemon):
    daemon.arm("all:hang")
    child = publishing(company)
    child.until(EventKind.ATTEMPT)
    child.kill()
    daemon.heal()

    company.retry()

    assert list((company.folder / "broadcast.db.runs").iterdir()) == []
