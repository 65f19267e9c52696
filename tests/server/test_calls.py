"""Calls of people to the hotline, over a real socket, by a platform that follows TwiML strictly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from broadcast.config.load import load
from broadcast.config.settings import Settings
from tests.harness.telephone import (
    NO_ANSWER,
    Ending,
    HangUp,
    Phone,
    Press,
    Silence,
    Speak,
    TelephonePlatform,
    agent,
    mailbox,
)
from tests.server.conftest import CONFIGURATION, ORIGIN, TOKEN, Served, serving

ALEX, BEA = "+4915112340001", "+4915112340002"
HOTLINE = """
[hotline]
numbers = [{ number = "+4930231250", locale = "de" }]
channel = "call"
sms = "sms"
rota = "support"

[oncall.support]
contacts = ["agents.csv"]
shifts = [{ who = "alex", from = "00:00", until = "24:00" }, { who = "bea", from = "00:00", until = "24:00" }]
"""


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    path = tmp_path / "broadcast.toml"
    path.write_text(CONFIGURATION.format(desk=tmp_path / "desk.sock") + HOTLINE)
    (tmp_path / "agents.csv").write_text(f"id,name,phone\nalex,Alex,{ALEX}\nbea,Bea,{BEA}\n")
    return load(path, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)


@asynccontextmanager
async def platform(served: Served, **phones: Phone) -> AsyncIterator[TelephonePlatform]:
    """Twilio in front of the process, with the phones of the two agents."""
    numbers = {ALEX: phones.get("alex", NO_ANSWER), BEA: phones.get("bea", NO_ANSWER)}
    async with TelephonePlatform(
        origin=ORIGIN, server=served.listening.public, token=TOKEN, phones=numbers
    ) as twilio:
        yield twilio


async def test_a_caller_hears_who_answers_and_that_nothing_is_down(hotline):
    async with serving(hotline) as served, platform(served) as twilio:
        call = await twilio.call(Press("1"), HangUp())

    assert "Muster Handel, automatische Ansage." in str(call)
    assert "keine Störung bekannt" in str(call)
    assert call.errors == []


async def test_zero_rings_agents_until_one_presses_one(hotline):
    async with serving(hotline) as served, platform(served, bea=agent()) as twilio:
        call = await twilio.call(Press("0"))

    assert call.bridges, str(call)
    assert call.errors == []


async def test_a_phone_that_did_not_answer_is_rung_after_the_others_until_it_accepts(hotline):
    async def rung(caller: str, **phones: Phone) -> list[str]:
        async with serving(hotline) as served, platform(served, **phones) as twilio:
            return (await twilio.call(Press("0"), caller=caller)).dialled

    assert await rung("+4915112345671", bea=agent()) == [ALEX, BEA]
    assert await rung("+4915112345672", alex=agent()) == [BEA, ALEX]
    assert await rung("+4915112345673", alex=agent()) == [ALEX]


async def test_a_mailbox_does_not_take_the_call(hotline):
    phones = {"alex": mailbox("Hier ist die Mailbox von Alex"), "bea": mailbox()}
    async with serving(hotline) as served, platform(served, **phones) as twilio:
        call = await twilio.call(Press("0"), Silence(), Speak("Bitte rufen Sie mich an"), HangUp())

    assert not call.bridges, str(call)


async def test_a_forged_request_is_refused_and_counted(hotline):
    async with serving(hotline) as served:
        answer = await served.twilio("/voice/answer/0", {"CallSid": "CA1"}, token="wrong")

    assert answer.status == 403


async def test_a_caller_hears_words_while_the_ledger_is_locked(hotline, ledger):
    async with serving(hotline) as served, platform(served) as twilio:
        with ledger.store.transaction():
            call = await twilio.call(Press("1"), Press("3"), Press("1"), HangUp())

        assert "automatische Ansage" in str(call)
        assert call.errors == []
    spool = hotline.ledger.with_name("broadcast.db-calls.jsonl")
    assert spool.stat().st_mode & 0o777 == 0o600

    async with serving(hotline):
        assert not spool.exists()
    assert [one.number for one in ledger.call_follow_ups.call_backs()] == ["+4915112345678"]


async def test_fifty_callers_at_once_hear_words_while_nothing_else_works(hotline, ledger, tmp_path):
    async with serving(hotline) as served:
        (tmp_path / "agents.csv").unlink()  # a snapshot cannot be read any more
        with ledger.store.transaction():
            begun = [
                served.twilio("/voice/answer/0", {"CallSid": f"CA{n}", "From": f"+49151123456{n:02}"})
                for n in range(50)
            ]
            answers = await asyncio.gather(*begun)
            texts = [await answer.text() for answer in answers]

    assert {answer.status for answer in answers} == {200}
    assert all("Muster Handel, automatische Ansage." in text for text in texts)
    assert all("<Gather" in text for text in texts)

    (tmp_path / "agents.csv").write_text("id,name,phone\n")
    async with serving(hotline):
        pass
    assert all(ledger.calls.in_progress("call", f"CA{n}") for n in range(50))


async def test_ten_calls_of_one_number_in_a_minute_are_enough(hotline):
    async with serving(hotline) as served, platform(served) as twilio:
        calls = [await twilio.call(Silence(), HangUp()) for _ in range(11)]

    assert calls[-1].ending is Ending.HUNG_UP_BY_US
    assert "in einer Minute" in str(calls[-1])
    assert calls[-1].errors == []


async def test_a_call_goes_on_after_a_restart(hotline):
    form = {"CallSid": "CA1", "From": "+4915112345678", "To": "+4930231250"}
    async with serving(hotline) as served:
        await served.twilio("/voice/answer/0", form)
    async with serving(hotline) as served:
        answer = await served.twilio("/voice/answer/1?l=de", {**form, "Digits": "3"})
        text = await answer.text()

    assert answer.status == 200
    assert "Wir rufen Sie zurück" in text
