from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.ledger.ledger import Ledger
from broadcast.server.serve import Listening, serve

ORIGIN = "https://notify.muster.example"
TOKEN = "0123456789abcdef0123456789abcdef"
CONFIGURATION = f"""
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "{ORIGIN}"
public = "127.0.0.1:0"
desk = "unix:{{desk}}"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC{"5a" * 16}"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"

[channels.call]
adapter = "twilio-voice"
account_sid = "AC{"5a" * 16}"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"

[audiences.customers]
lanes = [["sms", "call"]]
"""


@dataclass
class Served:
    """A process that listens, as its clients see it."""

    listening: Listening
    session: aiohttp.ClientSession
    settings: Settings
    log: io.StringIO

    async def post(self, path: str, body: bytes, **headers: str) -> aiohttp.ClientResponse:
        response = await self.session.post(self.listening.public + path, data=body, headers=headers)
        await response.read()
        return response

    async def twilio(self, path: str, form: dict[str, str], token: str = TOKEN) -> aiohttp.ClientResponse:
        """Post a form as Twilio does, signed by Twilio's own SDK."""
        signature = RequestValidator(token).compute_signature(ORIGIN + path, form)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        return await self.post(path, urlencode(form).encode(), **headers)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    path = tmp_path / "broadcast.toml"
    path.write_text(CONFIGURATION.format(desk=tmp_path / "desk.sock"))
    return load(path, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = Ledger.open(settings.ledger)
    yield ledger
    ledger.close()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Served]:
    """Serve in this process until the end of the block."""
    stop, log = Stop(), io.StringIO()
    ready: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    process = asyncio.create_task(serve(settings, stop, log, ready.set_result))
    waiting: set[asyncio.Future] = {process, ready}
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if process in done:
        process.result()
    async with aiohttp.ClientSession() as session:
        yield Served(ready.result(), session, settings, log)
    stop.ask()
    await process


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[Served]:
    async with serving(settings) as process:
        yield process
