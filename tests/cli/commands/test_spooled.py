"""Answers that wait beside the ledger: people see them, `tick` records them, `forget` finds them."""

from __future__ import annotations

import json

import pytest

from broadcast.inbound.arrived import Arrived, from_line, to_line
from broadcast.ledger.spool import LedgerSpool, answers_spool
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

    left = [path for path in tmp_path.rglob("*") if path.is_file() and b"Wann geht" in path.read_bytes()]
    assert left == []
    assert not spool.path.exists()
