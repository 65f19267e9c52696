"""`hotline status` says whose phone rings next, and whose does not answer."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from broadcast.ledger.call_messages import MessageState
from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock

EXAMPLE = Path(__file__).parents[3] / "examples/hotline"


def ring(agent: str, number: int, ago: timedelta) -> CallStep:
    """A step of one call, in which an agent is rung."""
    return CallStep(
        call="CA1",
        leg="",
        number=number,
        caller="",
        called="+4930231250",
        locale="de",
        at=SystemClock().now() - ago,
        effects=(CallEffect(kind="ring", details={"agent": agent}),),
    )


def test_a_phone_that_did_not_answer_is_named_for_ten_minutes_or_until_it_accepts(broadcast, tmp_path):
    for name in ("broadcast.toml", "agents.csv"):
        shutil.copy(EXAMPLE / name, tmp_path)

    def missed() -> list[str]:
        shown = json.loads(broadcast("hotline", "status", "-o", "json").stdout)
        return [one["id"] for one in shown["agents"] if one["missed"]]

    with closing(Ledger.open(tmp_path / "broadcast.db")) as ledger:
        assert missed() == []
        ledger.calls.record("call", [ring("a-17", 2, timedelta(minutes=11)), ring("a-4", 3, timedelta())])
        assert missed() == []
        ledger.calls.record("call", [ring("a-17", 4, timedelta())])
        assert missed() == ["a-4"]
        assert "did not answer, rung last" in broadcast("hotline", "status").stdout

        ledger.calls.accept("call", "CA1", "a-4", SystemClock().now())

        assert missed() == []


def test_an_sms_that_may_not_have_arrived_is_counted_with_a_hint(broadcast, tmp_path):
    for name in ("broadcast.toml", "agents.csv"):
        shutil.copy(EXAMPLE / name, tmp_path)
    asked = CallEffect(kind="link", details={"number": "+4915112345678", "refs": []})

    with closing(Ledger.open(tmp_path / "broadcast.db")) as ledger:
        assert json.loads(broadcast("hotline", "status", "-o", "json").stdout)["unknown_sms"] == 0
        ledger.calls.record("call", [replace(ring("a-4", 1, timedelta()), effects=(asked,))])
        messages, now = ledger.call_messages, SystemClock().now()
        (message,) = messages.claim(messages.to_send(), {}, now)
        messages.settle([(message, MessageState.UNKNOWN)], now)

    assert json.loads(broadcast("hotline", "status", "-o", "json").stdout)["unknown_sms"] == 1
    shown = broadcast("hotline", "status").stdout
    assert "of 1 SMS in the last 7 days it is not known whether they were sent" in shown
    assert "hint: look at the list of messages of sms" in shown
