"""An organisation whose customers can subscribe; its mails and texts arrive in the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.ledger.ledger import Ledger
from broadcast.sandbox.server import Sandbox
from tests.harness.browser import CHROMIUM, OPTIONS
from tests.server.conftest import CONFIGURATION, TOKEN, Served, serving

SUBSCRIPTIONS = """
subscribers = true

[channels.email]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
from = "status@muster.example"

[services.checkout]
de = "Kasse"
en = "Checkout"

[services.chat]
de = "Chat"
en = "Live chat"
"""


@pytest.fixture
async def providers() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def shop(providers: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    text = CONFIGURATION.format(desk=tmp_path / "desk.sock").replace(
        '[["sms", "call"]]', '[["email", "sms"]]'
    )
    text = text.replace('"twilio-sms"', f'"twilio-sms"\nbase_url = "{providers.url}/twilio"')
    path = tmp_path / "broadcast.toml"
    path.write_text(text + SUBSCRIPTIONS.format(smtp_port=providers.smtp_port))
    return load(path, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)


@pytest.fixture
def book(shop: Settings) -> Iterator[Ledger]:
    ledger = Ledger.open(shop.ledger)
    yield ledger
    ledger.close()


@pytest.fixture
async def open_shop(shop: Settings) -> AsyncIterator[Served]:
    async with serving(shop) as process:
        yield process


@pytest.fixture
async def chromium() -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api")
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        await browser.close()
