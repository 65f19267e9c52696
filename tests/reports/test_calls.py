"""Calls while an incident was open are counted in status, log and report, in both languages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock
from broadcast.sandbox.server import Sandbox
from tests.harness.program_company import ProgramCompany

EXPECTED = {
    "calls": 3,
    "asked": 2,
    "hand_overs": 1,
    "reasons": {"asked": 1, "frustrated": 1},
    "call_backs": 1,
    "kept": 1,
    "broken": 0,
    "waiting": 0,
    "voicemails": 1,
    "answered": 0,
    "late": 0,
    "ratings": {},
}


def call(ledger: Ledger, number: int, *effects: CallEffect) -> None:
    step = CallStep(
        call=f"CA{number}",
        leg="",
        number=2,
        caller=f"+49151123456{number:02}",
        called="+4930231250",
        locale="de",
        at=SystemClock().now(),
        effects=effects,
    )
    ledger.calls.record("call", [step])


def record(ledger: Ledger) -> None:
    """One caller spoke to a person, one was called back, and one left a message."""
    voice = {"locale": "de", "topic": "asked"}
    call(ledger, 1, CallEffect(kind="hand-over", details={"topic": "asked"}))
    ledger.calls.accept("call", "CA1", "alex", SystemClock().now())
    call(
        ledger,
        2,
        CallEffect(kind="hand-over", details={"topic": "frustrated"}),
        CallEffect(kind="call-back", details={**voice, "number": "+4915112345602"}),
    )
    call(ledger, 3, CallEffect(kind="ticket", details={**voice, "recording": "https://x", "seconds": 5}))
    (waiting,) = ledger.call_follow_ups.call_backs()
    ledger.call_follow_ups.end_call_back(waiting.id, "solved", SystemClock().now())


@pytest.fixture
def company(sandbox: Sandbox, tmp_path: Path) -> ProgramCompany:
    company = ProgramCompany(tmp_path, sandbox)
    assert company.notify("Kasse gestört").code == 0
    with company.ledger() as ledger:
        record(ledger)
    return company


def test_programs_read_the_counts(company):
    assert company.run("status", "INC-1", "-o", "json").result["incidents"][0]["calls"] == EXPECTED
    assert company.run("log", "INC-1", "-o", "json").result["calls"] == EXPECTED
    assert company.run("report", "INC-1", "-o", "json").result["calls"] == EXPECTED


def test_people_read_them_in_words(company):
    for command in ("status", "log"):
        said = company.run(command, "INC-1").out
        assert "calls: 3, 2 needed a person (asked 1, frustrated 1); 1 spoke to one" in said
        assert "call-backs: 1: 1 kept, 0 broken, 0 waiting" in said
        assert "voicemails: 1 message, 0 answered" in said
    assert "Anrufende, die mit einem sprachen" in company.run("report", "INC-1").out
    assert "because they were angry" in company.run("report", "INC-1", "--lang", "en").out


def test_calls_after_the_end_belong_to_no_incident(company):
    assert company.run("resolve", "--yes").code == 0
    with company.ledger() as ledger:
        call(ledger, 4)

    assert company.run("status", "INC-1", "--all", "-o", "json").result["incidents"][0]["calls"]["calls"] == 3


def test_without_calls_nothing_is_said_of_them(tmp_path, sandbox):
    company = ProgramCompany(tmp_path, sandbox)
    company.notify("Kasse gestört")

    for command in ("status", "log", "report"):
        said = company.run(command, "INC-1").out
        assert "calls" not in said
        assert "Anrufe bei der Hotline" not in said


def test_a_message_that_waits_longer_than_promised_is_late(company):
    from broadcast.ledger.call_counts import call_counts

    with company.ledger() as ledger:
        now = SystemClock().now()
        later = now + timedelta(hours=5)
        assert call_counts(ledger.store, now - timedelta(hours=1), later, later).late == 1
