"""Ctrl-C and a polite kill: what is out may finish, nothing new begins, and retry goes on from there."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from broadcast.dispatch.progress import EventKind, Listener
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.wiring import make_publisher
from tests.harness.company import Company, consent, published
from tests.harness.processes import Child, Daemon, fork

PEOPLE = 12


@pytest.fixture
def company(daemon: Daemon, tmp_path: Path) -> Company:
    company = daemon.company(tmp_path)
    company.configure([["sms"]], sms="concurrency = 2", timeout="15s")
    company.employ(PEOPLE)
    return company


def publishing(company: Company) -> Child:
    def work(listener: Listener) -> int:
        return company.publish(Request(verb=Verb.NOTIFY, title="Checkout down"), Limits(), listener).exit_code

    return fork(work)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_lets_requests_finish_and_begins_no_more(company, daemon, number):
    daemon.arm("twilio:late=0.1")
    child = publishing(company)
    child.until(EventKind.ATTEMPT)
    child.stop(number)

    assert child.wait() == 130

    told = company.per_provider()["twilio"]
    assert 0 < told < PEOPLE
    states = company.states()
    assert sum(state == "accepted" for state in states.values()) == told
    assert "sending" not in states.values()
    daemon.heal()
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


def test_a_second_interrupt_ends_at_once_and_what_was_out_is_looked_up_later(company, daemon):
    daemon.arm("twilio:hang_after,times=2", "twilio:late=10")
    child = publishing(company)
    child.until(EventKind.ATTEMPT)
    child.stop(signal.SIGINT)
    child.stop(signal.SIGTERM)

    assert child.wait() == 130

    assert set(company.states().values()) <= {"unknown", "planned"}
    daemon.heal()
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


def test_a_lost_terminal_does_not_stop_the_run(company, daemon):
    daemon.arm("twilio:late=0.02")
    child = publishing(company)
    child.until(EventKind.ATTEMPT)
    for _ in range(20):
        child.stop(signal.SIGHUP)

    assert child.wait() == 0
    assert company.told_once("twilio")


def test_an_interrupted_retry_begins_no_other_notice(company, daemon):
    daemon.arm("twilio:auth")
    company.notify()
    company.write_people("id,name,email,phone\nnew,New,,+4915112999997\n")
    company.follow_up(Verb.UPDATE, message="More.", audiences=("customers",))
    daemon.heal()
    daemon.arm("twilio:late=0.2")
    company.configure([["sms"]], sms="concurrency = 1", timeout="15s")
    child = fork(lambda listener: company.retry(listener=listener).exit_code)
    child.until(EventKind.ATTEMPT)
    child.stop(signal.SIGINT)

    assert child.wait() == 130
    assert len(daemon.received()) == 1


def test_who_was_claimed_ahead_is_owed_again_and_not_in_doubt(company, daemon):
    company.configure([["sms"]], sms="concurrency = 4", timeout="15s")
    daemon.arm("twilio:hang_after")
    child = publishing(company)
    daemon.until_received(4)
    child.stop(signal.SIGINT)
    child.stop(signal.SIGTERM)

    assert child.wait() == 130

    states = list(company.states().values())
    assert (states.count("unknown"), states.count("planned")) == (4, PEOPLE - 4)
    with company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        (attempts,) = ledger.history.attempts(notice.id)
    assert attempts.attempts == 4


class PressingCtrlZ(SystemClock):
    """A clock that is read inside the run's first transaction, where somebody presses Ctrl-Z."""

    pressed = False

    def monotonic(self) -> float:
        if not self.pressed and threading.current_thread() is not threading.main_thread():
            self.pressed = True
            os.kill(os.getpid(), signal.SIGTSTP)
        return super().monotonic()


def test_ctrl_z_leaves_the_ledger_to_others(company):
    def work(listener: Listener) -> int:
        os.setpgid(0, 0)  # as a shell starts it: Ctrl-Z stops no orphan
        request = Request(verb=Verb.NOTIFY, title="Checkout down")
        with company.ledger() as ledger:
            publisher = make_publisher(company.settings, ledger, listener, PressingCtrlZ())
            return published(publisher, request, consent).exit_code

    child = fork(work)
    assert os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1])

    ledger = Ledger.open(company.ledger_path, wait=0)
    (incident,) = ledger.incidents.all()
    ledger.deliveries(incident.id, ledger.runs.begin(), clock=SystemClock()).note(
        "note", "written meanwhile", incident.opened_at
    )
    ledger.close()
    child.stop(signal.SIGCONT)

    assert child.wait() == 0
    assert company.told_once("twilio")
