"""Call-backs that the program dials: agent first, then the customer, played by an independent platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.sandbox.daemon import SandboxAddress
from broadcast.sandbox.settings import in_sandbox
from tests.harness.telephone import (
    BUSY,
    NO_ANSWER,
    CallsApi,
    HangUp,
    Phone,
    Press,
    TelephonePlatform,
    agent,
    mailbox,
)
from tests.server.conftest import CONFIGURATION, ORIGIN, TOKEN, Served, serving
from tests.server.test_calls import ALEX, BEA, HOTLINE

CARLA, DORA, EMIL = "+4915112345678", "+4915112345679", "+4915112345670"


@dataclass
class Line:
    """The hotline, its provider, and the clock of the job."""

    served: Served
    twilio: TelephonePlatform
    api: CallsApi
    ledger: Ledger
    settings: Settings
    ahead: timedelta = timedelta()

    async def ask(self, caller: str = CARLA) -> None:
        """Let somebody ask for a call-back."""
        call = await self.twilio.call(Press("3"), Press("1"), HangUp(), caller=caller)
        assert call.errors == []

    async def round(self, after: timedelta = timedelta(seconds=1), *, over: bool = True) -> list[str]:
        """Let the clock go round, and calls that it makes come to their end."""
        self.ahead += after
        jobs = make_jobs(self.settings, self.ledger, serving=True)
        said: list[str] = []
        for job in (one for one in jobs if one.name in {"call-backs", "hotline"}):
            said += await job.run(SystemClock().now() + self.ahead, Stop())
        if over:
            await self.api.over()
        return said

    async def sent_to(self, number: str) -> list[str]:
        """Wait for a message to this number, which the process may send by itself; return all of them."""
        async with asyncio.timeout(10):
            while not (found := [one["Body"] for one in self.api.messages if one["To"] == number]):
                await self.round()
        return found

    @property
    def open(self) -> list[tuple[str, int]]:
        """Who still waits to be called back, with the number of tries."""
        return [(one.number, one.tries) for one in self.ledger.call_follow_ups.call_backs()]

    @property
    def dialled(self) -> list[str]:
        return [one.to for one in self.api.calls]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return what reads the configuration with this address of the provider."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    (tmp_path / "agents.csv").write_text(f"id,name,phone,locale\nalex,Alex,{ALEX},de\nbea,Bea,{BEA},de\n")

    def read(provider: str, hours: str = "00:00-24:00") -> Settings:
        own = f'[hotline]\ndial_back = true\ndial_hours = "{hours}"'
        text = CONFIGURATION.format(desk=tmp_path / "desk.sock").replace(
            "adapter =", f'base_url = "{provider}"\nadapter ='
        )
        path = tmp_path / "broadcast.toml"
        path.write_text(
            text.replace("[broadcast]", "[broadcast]\nlive = true", 1) + HOTLINE.replace("[hotline]", own)
        )
        return load(path, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)

    return read


@pytest.fixture
def line(configured):
    """Return a hotline whose phones are these; the job runs only when the test says so."""

    @asynccontextmanager
    async def begin(hours: str = "00:00-24:00", **phones: Phone) -> AsyncIterator[Line]:
        numbers = {"alex": ALEX, "bea": BEA, "carla": CARLA, "dora": DORA, "emil": EMIL}
        twilio = TelephonePlatform(
            origin=ORIGIN,
            server="",
            token=TOKEN,
            phones={number: phones.get(name, NO_ANSWER) for name, number in numbers.items()},
        )
        api = CallsApi(platform=twilio)
        async with api.listening() as provider:
            settings = configured(provider, hours)
            assert settings.calls
            by_hand = replace(settings, calls=replace(settings.calls, dial_back=False))
            ledger = Ledger.open(settings.ledger)
            async with serving(by_hand) as served, twilio:
                twilio.server = served.listening.public
                try:
                    yield Line(served, twilio, api, ledger, settings)
                finally:
                    await api.over()
                    ledger.close()

    return begin


async def test_an_agent_is_dialled_then_the_customer_and_both_are_connected(line):
    async with line(alex=agent(), carla=agent(talks=90.0)) as hotline:
        await hotline.ask()
        await hotline.round()

        (call,) = hotline.api.calls
        assert (call.to, call.sender) == (ALEX, "+4930231250")
        assert "Rückruf: möchte reden, gerade eben.\nAnnehmen: 1." in call.transcript.said()
        assert "Hier ist Muster Handel mit Ihrem Rückruf." in str(call.transcript)
        assert [one.number for one in call.transcript.bridges] == [CARLA]
        assert call.transcript.errors == []
        await hotline.round()
        assert hotline.open == []
        assert hotline.dialled == [ALEX]
        (text,) = await hotline.sent_to(ALEX)
        link = text.removeprefix(f"Muster Handel: Zum Anruf, den Sie angenommen haben: {ORIGIN}")
        page = await hotline.served.session.get(hotline.served.listening.public + link)
        assert page.status == 200


async def test_an_agent_who_does_not_answer_passes_it_on_without_a_try_of_the_customer(line):
    async with line(alex=NO_ANSWER, bea=agent(), carla=agent()) as hotline:
        await hotline.ask()
        await hotline.round()
        assert hotline.dialled == [ALEX]

        await hotline.round()
        await hotline.round()

        assert hotline.dialled == [ALEX, BEA]
        assert hotline.open == []


@pytest.mark.parametrize("answers", [mailbox("Hier ist die Mailbox von Alex", after=5.0), BUSY])
async def test_a_mailbox_is_no_agent(line, answers):
    async with line(alex=answers, carla=agent()) as hotline:
        await hotline.ask()
        await hotline.round()
        await hotline.round(over=True)

        assert CARLA not in [
            number for one in hotline.api.calls if one.transcript for number in one.transcript.dialled
        ]
        assert hotline.open == [(CARLA, 0)]


async def test_a_customer_who_is_not_reached_is_tried_three_times_in_all_then_gets_a_message(line):
    async with line(alex=agent(), bea=agent(), carla=NO_ANSWER) as hotline:
        await hotline.ask()
        for tries in (1, 2):
            await hotline.round(timedelta(minutes=11))
            await hotline.round()
            assert hotline.open == [(CARLA, tries)]
            before = len(hotline.api.calls)
            await hotline.round(timedelta(minutes=5))
            assert len(hotline.api.calls) == before
        await hotline.round(timedelta(minutes=11))
        await hotline.round()

        assert (hotline.open, len(hotline.api.calls)) == ([], 3)
        assert await hotline.sent_to(CARLA) == [
            "Muster Handel: Wir haben mehrmals versucht, Sie zurückzurufen, und Sie nicht erreicht."
        ]


async def test_never_more_calls_than_free_agents_and_nobody_loses_their_place(line):
    async with line(alex=agent(), bea=agent(), carla=agent(), dora=agent(), emil=agent()) as hotline:
        hotline.api.holding = True
        for caller in (CARLA, DORA, EMIL):
            await hotline.ask(caller)
        await hotline.round(over=False)
        await hotline.round(over=False)
        assert sorted(hotline.dialled) == [ALEX, BEA]

        hotline.api.release()
        await hotline.api.over()
        await hotline.round()
        await hotline.round()
        rung = [one.transcript.dialled for one in hotline.api.calls]
        assert rung == [[CARLA], [DORA], [EMIL]]
        assert hotline.open == []


async def test_a_lost_answer_is_looked_up_before_anybody_is_dialled_again(line):
    async with line(alex=agent(), bea=agent(), carla=agent()) as hotline:
        hotline.api.losing, hotline.api.silent = 1, True
        await hotline.ask()
        assert "it is looked up" in (await hotline.round())[0]
        await hotline.round()
        assert len(hotline.dialled) == 1

        await hotline.round(timedelta(minutes=1))
        assert (hotline.open, len(hotline.dialled)) == ([], 1)


async def test_a_call_that_was_certainly_not_made_is_made_later(line):
    async with line(alex=agent(), carla=agent()) as hotline:
        hotline.api.refusing = 1
        await hotline.ask()
        assert "not dialled" in (await hotline.round())[0]
        await hotline.round()
        assert hotline.dialled == []

        await hotline.round(timedelta(minutes=2))
        assert hotline.dialled == [ALEX]


async def test_the_claim_of_a_person_wins(line):
    async with line(alex=agent(), carla=agent()) as hotline:
        await hotline.ask()
        (waiting,) = hotline.ledger.call_follow_ups.call_backs()
        assert hotline.ledger.call_follow_ups.take_call_back(waiting.id, "root")

        await hotline.round()
        assert hotline.dialled == []


async def test_nobody_is_dialled_in_quiet_hours(line):
    night = (SystemClock().now() + timedelta(hours=12)).hour
    async with line(hours=f"{night:02}:00-{night:02}:01", alex=agent(), carla=agent()) as hotline:
        await hotline.ask()
        assert await hotline.round() == []
        assert hotline.dialled == []


async def test_serve_dials_by_itself(configured):
    twilio = TelephonePlatform(origin=ORIGIN, server="", token=TOKEN, phones={ALEX: agent(), CARLA: agent()})
    api = CallsApi(platform=twilio)
    async with api.listening() as provider, serving(configured(provider)) as served, twilio:
        twilio.server = served.listening.public
        await twilio.call(Press("3"), Press("1"), HangUp(), caller=CARLA)
        async with asyncio.timeout(20):
            await api.played.wait()
    assert api.calls[0].transcript.bridges


async def test_who_reaches_a_person_in_the_same_call_is_not_called_back(line):
    async with line(alex=agent()) as hotline:
        agrees = (Press("3"), Press("2"), Press("03023125001"))
        call = await hotline.twilio.call(*agrees, Press("0"), caller=CARLA)
        assert call.bridges, str(call)

        await hotline.round()

        assert (hotline.open, hotline.dialled) == ([], [])


async def test_a_mailbox_of_the_customer_is_not_connected(line):
    async with line(alex=agent(), carla=mailbox("Bitte sprechen", after=10.0)) as hotline:
        await hotline.ask()
        await hotline.round()
        await hotline.round()

        assert not hotline.api.calls[0].transcript.bridges
        assert hotline.open == [(CARLA, 1)]


async def test_an_exercise_never_dials_the_real_thing(line):
    async with line(alex=agent(), carla=agent()) as hotline:
        await hotline.ask()
        hotline.settings = in_sandbox(
            hotline.settings, SandboxAddress("http://127.0.0.1:9", 9, started=False)
        )

        assert "not dialled" in (await hotline.round())[0]
        assert hotline.dialled == []
