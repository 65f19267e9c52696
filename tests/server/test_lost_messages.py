"""An SMS of the hotline whose answer is lost: looked up, sent once more if it is missing, or counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock
from broadcast.sandbox.server import Sandbox
from tests.harness.sandbox import arm
from tests.server.conftest import CONFIGURATION, TOKEN
from tests.server.test_calls import HOTLINE

CALLER = "+4915112345678"
STEP = CallStep(
    call="CA1",
    leg="",
    number=1,
    caller=CALLER,
    called="+4930231250",
    locale="de",
    at=SystemClock().now(),
    effects=(CallEffect(kind="link", details={"number": CALLER, "refs": []}),),
)


@dataclass
class Links:
    """A caller who asked for an SMS, the provider, and the clock of the job."""

    sandbox: Sandbox
    settings: Settings
    ledger: Ledger
    ahead: timedelta = timedelta()

    async def round(self, after: timedelta = timedelta()) -> list[str]:
        """Let the clock go round once, so much later."""
        self.ahead += after
        (job,) = (one for one in make_jobs(self.settings, self.ledger, serving=True) if one.name == "hotline")
        return list(await job.run(SystemClock().now() + self.ahead, Stop()))

    def arrived(self) -> list[str]:
        """What the caller received."""
        return [one.text for one in self.sandbox.received if one.to == CALLER]

    def owed(self) -> int:
        """How many SMS `hotline status` counts as unknown."""
        return self.ledger.call_messages.unknown(SystemClock().now() + self.ahead)


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    """Return a hotline of which a caller wants the link; its provider is the sandbox."""
    text = CONFIGURATION.format(desk=tmp_path / "desk.sock") + HOTLINE
    async with Sandbox() as sandbox:
        url = sandbox.base_url("twilio")
        text = text.replace("[broadcast]", "[broadcast]\nlive = true", 1)
        (tmp_path / "broadcast.toml").write_text(text.replace("adapter =", f'base_url = "{url}"\nadapter ='))
        settings = load(None, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)
        ledger = Ledger.open(settings.ledger)
        ledger.calls.record("call", [STEP])
        yield Links(sandbox, settings, ledger)
        ledger.close()


async def test_a_message_that_arrived_is_found_and_not_sent_again(links):
    arm(links.sandbox, "twilio:status_after=500,times=1")
    assert await links.round() == ["1 message unknown"]
    assert await links.round(timedelta(seconds=5)) == []
    assert links.owed() == 1

    assert await links.round(timedelta(seconds=6)) == ["1 message sent"]

    assert (len(links.arrived()), links.owed()) == (1, 0)
    assert await links.round(timedelta(hours=1)) == []


async def test_a_message_that_is_certainly_missing_is_sent_once_more(links):
    arm(links.sandbox, "twilio:status=500,times=1")
    assert await links.round() == ["1 message unknown"]
    assert await links.round(timedelta(seconds=11)) == ["1 message unknown"]  # a list may lag behind
    assert links.arrived() == []

    assert await links.round(timedelta(seconds=21)) == ["1 message planned", "1 message sent"]

    assert (len(links.arrived()), links.owed()) == (1, 0)


async def test_a_message_that_is_missing_twice_is_not_sent_for_ever(links):
    arm(links.sandbox, "twilio:status=500")
    said = [await links.round(timedelta(minutes=1)) for _ in range(8)]

    assert [line for lines in said for line in lines][-1] == "1 message failed"
    assert sum(one.fault == "status" for one in links.sandbox.requests) == 2
    assert said[-1] == []


async def test_what_cannot_be_known_is_asked_three_times_and_counted(links):
    arm(links.sandbox, "twilio:down")
    said = [await links.round(timedelta(minutes=1)) for _ in range(6)]

    assert said == [*[["1 message unknown"]] * 4, [], []]
    assert links.owed() == 1
    links.sandbox.clear_faults()
    assert await links.round(timedelta(minutes=1)) == []
    assert links.arrived() == []


async def test_a_message_of_a_killed_process_is_looked_up(links):
    arm(links.sandbox, "twilio:hang_after,times=1")
    killed = asyncio.create_task(links.round())
    await links.sandbox.until_received(1)
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    assert await links.round(timedelta(minutes=1)) == []

    assert await links.round(timedelta(minutes=5)) == ["1 message sent"]

    assert len(links.arrived()) == 1
