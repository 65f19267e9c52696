"""Reminders do not wait while a notice is being sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.model.clock import SystemClock
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.schedule import schedule
from broadcast.server.clocks import ClockRounds, Clocks
from broadcast.server.counters import Counters
from broadcast.wiring import make_publisher
from tests.dispatch.test_late_start import Gate
from tests.harness.company import Company, consent
from tests.harness.configurations import ENVIRONMENT, SECRETS
from tests.harness.program import environment, start, wait

_WITHIN = 30.0
ADA = "ada@firma.example"
CREW = """
[audiences.crew]
contacts = ["crew.csv"]
lanes = [["mail-backup"]]
internal = true
texts = "supervisors"

[cadence]
remind = "audience:crew"
before = "1h"
"""


@pytest.fixture
def gate(sandbox) -> Iterator[Gate]:
    """In front of the provider of SMS: the first request waits there until it is opened."""
    gate = Gate(int(sandbox.url.rpartition(":")[2]), None)
    gate.stand()
    yield gate
    gate.close()


@pytest.fixture
def announced(company: Company, gate: Gate) -> Company:
    """A company with a scheduled notice that is due, and a promise of which Ada is reminded soon."""
    company.write("crew.csv", f"id,name,email\nc1,Ada,{ADA}\n")
    company.configure([["sms"]], extra=CREW)
    company.employ(1)
    company.notify("Checkout down", audiences=("customers",), next_update="3604s")
    behind = replace(company, url=f"http://127.0.0.1:{gate.port}")
    behind.configure([["sms"]], timeout="60s", extra=CREW)
    with behind.ledger() as ledger:
        publisher = make_publisher(behind.settings, ledger, ignore_events)
        request = Request(verb=Verb.NOTIFY, title="Search down", audiences=("customers",), next_update="4h")
        schedule(publisher, request, Limits(), "1s", consent)
    until = time.monotonic() + _WITHIN
    while SystemClock().now() < _due(behind):
        assert time.monotonic() < until
    return behind


def _due(company: Company):
    with company.ledger() as ledger:
        return ledger.schedules.all()[0].due_at


def until_received(company: Company, to: str, count: int = 1) -> None:
    until = time.monotonic() + _WITHIN
    while sum(one.to == to for one in company.received()) < count:
        assert time.monotonic() < until, company.received()


def test_serve_reminds_while_the_answer_of_a_provider_is_awaited(announced, gate):
    troubles: list[str] = []
    rounds = ClockRounds(settings=announced.settings, clock=SystemClock(), trouble=troubles.append)
    clocks = Clocks(rounds, Counters())
    clocks.start()

    gate.until_somebody_waits()
    until_received(announced, ADA)
    assert announced.per_provider() == {"twilio": 1}
    gate.open()
    until_received(announced, "+4915112000007", 2)
    clocks.close()

    assert troubles == []
    assert sum(one.to == ADA for one in announced.received()) == 1


@pytest.mark.slow
def test_tick_reminds_while_the_answer_of_a_provider_is_awaited(announced, gate):
    own = environment(announced.folder, **SECRETS, **ENVIRONMENT)
    process = start(["tick"], announced.folder, own)

    gate.until_somebody_waits()
    until_received(announced, ADA)
    gate.open()
    ended = wait(process)

    assert ended.code == 0, ended.said
    assert "remind: INC-1: 1 reminder accepted" in ended.out
    assert "schedule: published schedule 1 as INC-2/1: 1 message accepted" in ended.out
    assert sum(one.to == ADA for one in announced.received()) == 1
