"""Each rung of the hotline's ladder, broken: callers hear the first word all the same, and reach somebody."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.errors import LedgerDamaged
from broadcast.ledger.hotline_switches import HotlineSwitch
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.spool import calls_spool
from broadcast.model.clock import ManualClock
from broadcast.server.serve import listening
from tests.harness.answering_server import answering, hangs
from tests.harness.telephone import Ending, HangUp, Press, Silence, Speak, TelephonePlatform, agent
from tests.server.conftest import CONFIGURATION, ORIGIN, TOKEN, serving
from tests.server.test_calls import ALEX, BEA, HOTLINE, platform
from tests.server.test_process import Program

FIRST_WORD = "Muster Handel, automatische Ansage."
QUESTION = "kann ich auch bei ihnen im laden vorbeikommen am samstag"
ELSEWHERE = "https://static.muster.example"


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return the settings of a hotline with this beside what it needs."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    (tmp_path / "agents.csv").write_text(f"id,name,phone\nalex,Alex,{ALEX}\nbea,Bea,{BEA}\n")
    (tmp_path / "faq.toml").write_text('[[answer]]\nid = "x"\nde = "Samstags haben wir offen."\n')

    def settings(keys: str = "", tables: str = "") -> Settings:
        written = CONFIGURATION.format(desk=tmp_path / "desk.sock")
        written += HOTLINE.replace("rota =", f"{keys}\nrota =") + tables
        (tmp_path / "broadcast.toml").write_text(written)
        return load(tmp_path / "broadcast.toml", {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)

    return settings


async def test_the_model_hangs(hotline):
    async with answering(hangs) as model:
        settings = hotline(
            tables=f'[ai]\nbase_url = "{model.url}"\nmodel = "m"\nfaq = "faq.toml"\ntimeout = "100ms"\n'
        )
        async with serving(settings) as served, platform(served, alex=agent()) as twilio:
            call = await twilio.call(Speak(QUESTION), Press("0"))

    assert len(model.asked) == 1
    assert call.said().startswith(FIRST_WORD)
    assert "Dazu habe ich keine Information." in str(call)
    assert call.bridges
    assert call.errors == []


async def test_the_service_that_knows_callers_is_slow(hotline):
    """It answers only once the caller has heard the greeting: waiting for it would never end."""
    greeted = asyncio.Event()

    async def slow(request):
        await greeted.wait()
        return await hangs(request)

    async def beside(request) -> None:
        if not request.url.endswith("/voice/answer/0"):
            greeted.set()

    async with answering(slow) as crm:
        settings = hotline(f'crm = {{ url = "{crm.url}/{{phone}}" }}')
        async with serving(settings) as served, platform(served, alex=agent()) as twilio:
            twilio.before = beside
            call = await twilio.call(Press("0"))

    assert greeted.is_set()
    assert len(crm.asked) == 1
    assert call.said().startswith(FIRST_WORD)
    assert call.bridges
    assert call.errors == []


async def test_the_ledger_is_locked(hotline, ledger):
    settings = hotline()
    async with serving(settings) as served, platform(served, alex=agent()) as twilio:
        with closing(sqlite3.connect(settings.ledger)) as other:
            other.execute("BEGIN EXCLUSIVE")
            call = await twilio.call(Press("0"))
            other.rollback()

    assert call.said().startswith(FIRST_WORD)
    assert call.bridges
    assert call.errors == []


def damage(ledger: Path) -> None:
    """Overwrite the ledger, but not during a transaction, which would be rolled back to sound pages."""
    with closing(sqlite3.connect(ledger)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ledger.write_bytes(b"\xde\xad" * max(20_000, ledger.stat().st_size))


async def test_the_ledger_is_damaged(hotline, ledger):
    """A call-back that is promised meanwhile is found once a new ledger has the file in which it waits."""
    settings = hotline()
    async with serving(settings) as served, platform(served, alex=agent()) as twilio:
        damage(settings.ledger)
        call = await twilio.call(Press("3"), Press("1"))

    assert call.errors == []
    with pytest.raises(LedgerDamaged) as damaged:
        Ledger.open(settings.ledger)
    assert f"rename {calls_spool(settings.ledger)} like it" in (damaged.value.hint or "")

    new = replace(settings, ledger=settings.ledger.with_name("new.db"))
    calls_spool(settings.ledger).rename(calls_spool(new.ledger))
    async with serving(new):
        with closing(Ledger.open(new.ledger)) as opened:
            assert len(opened.call_follow_ups.call_backs()) == 1


async def test_the_snapshot_cannot_be_read(hotline, tmp_path, ledger):
    """What was known before is said on, with its time once it is two minutes old."""
    settings, clock, log = hotline(), ManualClock(), io.StringIO()
    async with listening(settings, clock, log) as where:
        (tmp_path / "agents.csv").write_bytes(b"\x00\xff" * 100)
        ledger.hotline.set(HotlineSwitch(name="mode", value="nonsense", note="", author="x", at=clock.now()))
        clock.advance_to(clock.now() + timedelta(minutes=3))
        async with TelephonePlatform(
            origin=ORIGIN, server=where.public, token=TOKEN, phones={ALEX: agent(), BEA: agent()}
        ) as twilio:
            call = await twilio.call(Press("0"))

    assert call.said().startswith(FIRST_WORD)
    assert "Stand" in call.said()
    assert call.bridges
    assert call.errors == []


async def test_files_of_ours_are_broken_when_it_starts(hotline, tmp_path, ledger):
    """After a restart callers are answered all the same: with the shipped words, and with a call-back."""
    (tmp_path / "templates" / "de").mkdir(parents=True)
    (tmp_path / "templates" / "de" / "_hotline.toml").write_text("[menu\n")
    settings = hotline()
    (tmp_path / "agents.csv").write_bytes(b"\x00\xff" * 100)
    async with serving(settings) as served, platform(served, alex=agent()) as twilio:
        call = await twilio.call(Press("0"), Press("1"))

    assert call.said().startswith(FIRST_WORD)
    assert "Wir rufen Sie zurück, sobald jemand frei ist." in call.said()
    assert call.errors == []
    assert [one.number for one in ledger.call_follow_ups.call_backs()]
    assert "agents.csv" in served.log.getvalue()
    assert "the shipped prompts are used: " in served.log.getvalue()


@pytest.mark.slow
async def test_the_process_is_gone(hotline, tmp_path):
    """The provider plays the static document, which something else serves."""
    hotline('fallback = "public/hotline.xml"')
    server, written = await asyncio.to_thread(killed, tmp_path)

    async def file(_: web.Request) -> web.StreamResponse:
        return web.Response(body=written, content_type="text/xml")

    async with answering(file) as static:
        twilio = TelephonePlatform(
            origin=ORIGIN,
            server=server,
            token=TOKEN,
            fallback=f"{ELSEWHERE}/hotline.xml",
            fallback_method="GET",
            hosts={ELSEWHERE: static.url},
            phones={ALEX: agent(), BEA: agent()},
        )
        async with twilio:
            call = await twilio.call(Silence(), HangUp())

    assert call.ending is not Ending.APPLICATION_ERROR
    assert call.said().startswith(FIRST_WORD)
    assert ALEX in str(call)


def killed(folder: Path) -> tuple[str, bytes]:
    """The address of a process that served there until it was killed, and the document that it left."""
    command = [sys.executable, "-m", "broadcast", "--config", str(folder / "broadcast.toml")]
    subprocess.run([*command, "hotline", "fallback"], check=True, capture_output=True)
    program = Program(folder)
    program.process.kill()
    program.process.wait()
    program.process.stderr.close()
    return f"http://127.0.0.1:{program.port}", (folder / "public/hotline.xml").read_bytes()
