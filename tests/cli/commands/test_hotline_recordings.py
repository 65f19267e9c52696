"""`hotline recordings`: what callers left, played, deleted at the provider, and forgotten with the person."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock
from broadcast.sandbox.server import Sandbox
from tests.cli.commands.test_hotline_lines import HOTLINE
from tests.harness.configurations import SECRETS
from tests.harness.program_company import ProgramCompany

CALLER = "+4915112345699"
ADDRESS = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE" + "0a" * 16


@pytest.fixture
def company(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProgramCompany:
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", SECRETS["BROADCAST_INSTALL_SECRET"])
    company = ProgramCompany(tmp_path, sandbox)
    channel = HOTLINE.replace("from =", f'base_url = "{company.urls["twilio"]}"\ntimeout = "5s"\nfrom =', 1)
    company.config.write_text(company.config.read_text() + channel)
    company.write("rota.csv", "id,name,phone\nalex,Alex,+4915112340001\nbea,Bea,+4915112340002\n")
    record(company, SystemClock().now())
    return company


def record(company: ProgramCompany, at: datetime, address: str = ADDRESS) -> None:
    """A caller asked when the shop works again, and left a message."""
    effects = (
        CallEffect(kind="heard", details={"said": "wann geht der Laden wieder", "pressed": ""}),
        CallEffect(
            kind="ticket",
            details={"recording": address, "seconds": 12, "locale": "de", "topic": "asked"},
        ),
    )
    step = CallStep(
        call=f"CA{at.timestamp()}",
        leg="",
        number=2,
        caller=CALLER,
        called="+493023125000",
        locale="de",
        at=at,
        effects=effects,
    )
    with company.ledger() as ledger:
        ledger.calls.record("call", [step])


def recordings(company: ProgramCompany, *words: str):
    done = company.run("hotline", "recordings", *words)
    assert not done.traceback, done.said
    return done


def test_a_message_is_listed_and_fetched_into_a_file_of_ones_own(company):
    assert "+49 151 ••• 99" in recordings(company, "list").out

    out = company.folder / "m.mp3"
    assert recordings(company, "play", "1", "--out", str(out)).code == 0

    assert out.read_bytes().startswith(b"ID3")
    assert out.stat().st_mode & 0o777 == 0o600
    assert recordings(company, "play", "1", "--out", str(out)).code == 2, "a file is not overwritten"
    assert recordings(company, "play", "7").code == 3


def test_deleting_reaches_the_provider_and_is_asked_before(company):
    assert recordings(company, "delete", "1").code == 8

    done = recordings(company, "delete", "1", "--yes")

    assert (done.code, "1 recording deleted at the provider" in done.out) == (0, True), done.said
    assert recordings(company, "list", "-o", "json").result["recordings"] == []
    assert recordings(company, "delete", "1", "--yes").code == 3


def test_a_provider_that_is_down_is_asked_again_by_the_clock(company):
    url = f'base_url = "{company.urls["twilio"]}"\ntimeout = "5s"\nfrom = "+493023125000"'
    company.edit(url, url.replace(company.urls["twilio"], "http://127.0.0.1:9/twilio"))
    done = recordings(company, "delete", "1", "--yes")
    assert done.code == 4
    assert "still to be deleted" in done.out

    with company.ledger() as ledger:
        (owed,) = ledger.recordings.owed(SystemClock().now() + timedelta(hours=1))
        assert owed.address == ADDRESS
        assert owed.tries == 1


def test_the_clock_deletes_what_was_kept_long_enough(company):
    record(company, SystemClock().now() - timedelta(days=31), ADDRESS[:-1] + "b")

    said = company.run("tick").out

    assert "recordings: 1 recording kept long enough" in said
    assert "recordings: 1 recording deleted at the provider" in said
    assert len(recordings(company, "list", "-o", "json").result["recordings"]) == 1


def test_an_address_that_is_not_the_providers_is_given_up_and_never_asked(company):
    record(company, SystemClock().now(), "https://evil.example/x")

    done = recordings(company, "delete", "2", "--yes")

    assert "not deleted: this is no address of a recording at Twilio" in done.out
    assert recordings(company, "list", "-o", "json").result["to_delete"] == 0
    assert b"evil.example" not in company.ledger_path.read_bytes()


def test_a_caller_gets_their_calls_and_is_forgotten_with_them(company):
    export = company.run("contacts", "export-person", CALLER, "-o", "json").result
    (call,) = export["calls"]
    assert call["recording"] == ADDRESS
    assert call["steps"][0]["said"] == "wann geht der Laden wieder"
    assert "wann geht der Laden wieder" in company.run("contacts", "export-person", CALLER).out

    assert "1 call" in company.run("forget", CALLER, "--dry-run").out
    assert company.run("forget", CALLER, "--yes").code == 0

    assert recordings(company, "list", "-o", "json").result["to_delete"] == 1
    assert "deleted at the provider" in company.run("tick").out
    text = company.ledger_path.read_bytes()
    assert not [word for word in (CALLER, "Laden wieder", "RE0a0a") if word.encode() in text]


def test_a_purge_reaches_calls_alone(company):
    record(company, SystemClock().now() - timedelta(days=100))

    done = company.run("purge", "--older-than", "90d", "--yes", "-o", "json")

    assert (done.code, done.result["calls"]) == (0, 1), done.said
    assert (
        json.loads(company.run("purge", "--older-than", "90d", "--dry-run", "-o", "json").out)["calls"] == 0
    )
