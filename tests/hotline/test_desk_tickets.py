"""Tickets of callers at the service desk: each once, whatever fails."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.config.load import load
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.ledger.desk_tickets import claim_for_desk, tickets_for_desk
from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.sandbox.server import Sandbox
from broadcast.testing.ledger_samples import NOON
from tests.harness.sandbox import arm, running_sandbox

CONFIGURATION = """
[broadcast]
live = true
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.call]
adapter = "twilio-voice"
account_sid = "AC5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
auth_token = "env:TOKEN"
from = "+4930231250"

[channels.desk]
adapter = "zendesk"
base_url = "{desk}"
subdomain = "muster"
email = "agent@muster.example"
token = "env:TOKEN"

[hotline]
numbers = [{{ number = "+4930231250" }}]
channel = "call"
tickets = "desk"
"""


class Shop:
    """A hotline with two messages of callers, and its desk."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        (folder / "broadcast.toml").write_text(CONFIGURATION.format(desk=sandbox.base_url("zendesk")))
        self.settings = load(folder / "broadcast.toml", {"TOKEN": "s3cret"}, folder)
        self.ledger, self.sandbox = Ledger.open(self.settings.ledger), sandbox
        self.ledger.calls.record("call", [left("CA1", "emergency"), left("CA2", "asked")])

    def round(self, minutes: float = 0) -> list[str]:
        (job,) = (one for one in make_jobs(self.settings, self.ledger) if one.name == "tickets")
        return list(asyncio.run(job.run(NOON + timedelta(minutes=minutes), Stop())))

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sandbox.received]


def left(call: str, topic: str) -> CallStep:
    details = {"recording": "https://x/RE1", "seconds": 9, "locale": "de", "topic": topic}
    return CallStep(
        call=call,
        number=4,
        caller="+4915112345678",
        locale="de",
        at=NOON,
        effects=(CallEffect(kind="ticket", details=details),),
    )


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "s3cret")
    with running_sandbox() as sandbox:
        found = Shop(tmp_path, sandbox)
        yield found
        found.ledger.close()


def test_each_ticket_reaches_the_desk_once(shop):
    assert len(shop.round()) == 2
    assert shop.round(5) == []

    assert len(shop.texts) == 2
    assert "Anruf von +4915112345678" in shop.texts[0]
    assert "hotline recordings play" in shop.texts[0]
    assert all(one.desk_ref for one in shop.ledger.call_follow_ups.tickets())
    assert [one.extra["priority"] for one in shop.sandbox.received] == ["urgent", "normal"]


def test_tickets_wait_here_while_the_desk_is_down(shop):
    arm(shop.sandbox, "zendesk:status=503,times=2")
    for minutes in (0, 2):
        (line,) = shop.round(minutes)
        assert "is not at the service desk" in line
    assert shop.texts == []

    shop.round(4)
    shop.round(6)
    assert len(shop.texts) == 2


def test_after_a_lost_answer_the_desk_is_searched_first(shop):
    arm(shop.sandbox, "zendesk:drop_after,times=1")
    (line,) = shop.round()
    assert "is not at the service desk" in line

    for minutes in (2, 4, 6):
        shop.round(minutes)
    assert len(shop.texts) == 2
    assert len({one.desk_ref for one in shop.ledger.call_follow_ups.tickets()}) == 2


def test_a_process_that_died_leaves_a_ticket_that_is_searched_first(shop):
    (first, _) = tickets_for_desk(shop.ledger.store, NOON)
    assert claim_for_desk(shop.ledger.store, first.id, NOON)
    assert not claim_for_desk(shop.ledger.store, first.id, NOON)

    assert len(shop.round()) == 1
    assert len(shop.round(2)) == 1
    assert len(shop.texts) == 2
