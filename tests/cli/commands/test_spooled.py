"""What waits beside the ledger: people see it, `tick` records it, `forget` finds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from broadcast.hotline import recording
from broadcast.hotline.recording import ChannelStep
from broadcast.inbound.arrived import Arrived, from_line, to_line
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.spool import LedgerSpool, answers_spool, calls_spool
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage
from broadcast.model.question import AnswerMeans

NUMBER = "+4915112345678"


@pytest.fixture
def spool(tmp_path, page_only):
    """The spool of a company, in which a reply waits."""
    spool = LedgerSpool(answers_spool(tmp_path / "broadcast.db"), to_line, from_line)
    reply = InboundMessage(ref="SM1", sender=NUMBER, text="Wann geht es weiter?")
    now = SystemClock().now()
    spool.add(
        Arrived(channel="sms", kind=AddressKind.PHONE, means=AnswerMeans.BUTTON, news=reply, at=now),
    )
    return spool


def add_call(ledger: Path) -> Path:
    """Let a step of a call wait beside a ledger; return the file."""
    spool = LedgerSpool(calls_spool(ledger), recording.to_line, recording.from_line)
    step = CallStep(
        call="CA1",
        leg="",
        number=1,
        caller=NUMBER,
        called="+4930231250",
        locale="de",
        at=SystemClock().now(),
        effects=(CallEffect(kind="heard", details={"said": "Wann geht die Kasse?"}),),
    )
    spool.add(ChannelStep("call", step))
    return spool.path


def with_words(folder: Path) -> list[Path]:
    """Return the files in which what the person wrote or said still is."""
    return [path for path in folder.rglob("*") if path.is_file() and b"Wann geht" in path.read_bytes()]


def test_people_see_that_something_waits_until_tick_has_recorded_it(spool, broadcast):
    before = broadcast("status")
    assert f"not recorded: 1 answer in {spool.path}" in before.stdout
    assert f"1 answer not recorded yet, in {spool.path}" in broadcast("doctor").stdout
    assert json.loads(broadcast("status", "-o", "json").stdout)["spooled"] == 1

    done = broadcast("tick")

    assert done.stdout == "answers: recorded 1 answer that had waited for the ledger\n"
    assert json.loads(broadcast("status", "-o", "json").stdout)["spooled"] == 0


def test_forget_reaches_what_waits(spool, broadcast, tmp_path):
    broadcast("forget", NUMBER, "--yes")

    assert with_words(tmp_path) == []
    assert not spool.path.exists()


def test_steps_of_calls_are_recorded_also_after_the_hotline_was_removed(page_only, broadcast, tmp_path):
    waiting = add_call(tmp_path / "broadcast.db")

    assert broadcast("tick").stdout == "calls: recorded 1 step that had waited for the ledger\n"
    assert not waiting.exists()


def test_an_export_shows_what_waited(spool, broadcast, tmp_path):
    add_call(tmp_path / "broadcast.db")

    exported = json.loads(broadcast("contacts", "export-person", NUMBER, "-o", "json").stdout)

    assert [one["text"] for one in exported["written"]] == ["Wann geht es weiter?"]
    (call,) = exported["calls"]
    assert [step["said"] for step in call["steps"]] == ["Wann geht die Kasse?"]


def test_forget_reaches_what_waits_beside_the_ledger_of_rehearsals(spool, broadcast, tmp_path):
    rehearsed = tmp_path / ".sandbox" / "broadcast.db"
    rehearsed.parent.mkdir()
    Ledger.open(rehearsed).close()
    waiting = add_call(rehearsed)

    done = broadcast("forget", NUMBER, "--yes")

    assert (done.returncode, done.stderr) == (0, "")
    assert with_words(tmp_path) == []
    assert not waiting.exists()
