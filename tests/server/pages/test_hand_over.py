"""The page of a call for the agent who accepted it, from the call to the note."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from broadcast.ledger.hand_overs import hand_over
from broadcast.ledger.ledger import Ledger
from broadcast.model.agent_page_token import agent_page_token
from broadcast.model.call_step import CallStep
from broadcast.model.clock import SystemClock
from broadcast.model.confirm_token import confirm_token
from broadcast.testing.ledger_samples import incident, notice, owed
from tests.harness.browser import CHROMIUM, CONTRAST, visit
from tests.harness.telephone import HangUp, Press, Speak, agent
from tests.server.conftest import Served, serving
from tests.server.test_calls import hotline as settings_of_hotline
from tests.server.test_calls import platform

hotline = settings_of_hotline
CALLER = "+4915112345678"
ENGLISH = {"Accept-Language": "en"}


@asynccontextmanager
async def accepted(settings) -> AsyncIterator[tuple[Served, Ledger, str]]:
    """Serve, let somebody call twice, and let Alex accept the second call; yield the path of its page."""
    async with serving(settings) as served, platform(served, alex=agent()) as twilio:
        await twilio.call(Press("1"), HangUp(), caller=CALLER)
        await twilio.call(Speak("ich möchte einen Menschen sprechen"), HangUp(after=90.0), caller=CALLER)
        ledger = Ledger.open(settings.ledger)
        try:
            yield served, ledger, f"/h/{agent_page_token(ledger.secret(), 2, 'alex')}"
        finally:
            ledger.close()


async def shown(served: Served, path: str, **headers: str) -> tuple[int, str]:
    async with served.session.get(served.listening.public + path, headers=headers) as response:
        return response.status, await response.text()


async def noted(served: Served, path: str, outcome: str, note: str = "") -> int:
    body = urlencode({"outcome": outcome, "note": note}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return (await served.post(path, body, **form)).status


async def test_the_page_says_what_the_agent_needs_and_no_whole_number(hotline):
    async with accepted(hotline) as (served, _, path):
        status, page = await shown(served, path)
        _, english = await shown(served, path, **ENGLISH)

    assert status == 200
    for said in (
        "möchte reden",
        "Deutsch",
        "Wartezeit",
        "ich möchte einen Menschen sprechen",
        "keine Störung",
    ):
        assert said in page
    assert "Keine bekannt." not in page
    assert "Your call" in english
    assert "wants to talk" in english
    assert CALLER not in page
    assert CALLER[1:] not in path


@pytest.mark.parametrize("outcome", ["solved", "call-back", "ticket"])
async def test_a_note_is_kept_and_owes_what_it_says_once(hotline, outcome):
    async with accepted(hotline) as (served, ledger, path):
        for _ in range(2):
            assert await noted(served, path, outcome, "  Bestellung <b>7</b>\r\n gefunden ") == 200
        found = hand_over(ledger.store, 2)
        _, page = await shown(served, path)
        owed = (len(ledger.call_follow_ups.call_backs()), len(ledger.call_follow_ups.tickets()))

    assert (found.outcome, found.note) == (outcome, "Bestellung <b>7</b> gefunden")
    assert "Bestellung &lt;b&gt;7&lt;/b&gt; gefunden" in page
    assert owed == {"solved": (0, 0), "call-back": (1, 0), "ticket": (0, 1)}[outcome]


async def test_other_links_open_nothing(hotline):
    async with accepted(hotline) as (served, ledger, path):
        secret = ledger.secret()
        for token in (
            agent_page_token(secret, 2, "bea"),
            agent_page_token(secret, 1, "alex"),
            confirm_token(secret, 2, "alex"),
            "nothing",
        ):
            assert (await shown(served, f"/h/{token}"))[0] == 404
        assert await noted(served, path, "anything else") == 400


async def test_a_link_expires_after_a_day(hotline):
    async with accepted(hotline) as (served, ledger, _):
        yesterday = SystemClock().now() - timedelta(hours=25)
        ledger.calls.record(
            "call", [CallStep(call="CA9", number=1, caller=CALLER, locale="de", at=yesterday)]
        )
        ledger.calls.accept("call", "CA9", "alex", yesterday)
        path = f"/h/{agent_page_token(ledger.secret(), 3, 'alex')}"

        assert (await shown(served, path))[0] == 410


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
@pytest.mark.parametrize("width", [360, 1280])
async def test_the_page_fits_a_phone_and_a_desk(hotline, chromium, ledger, width):
    ledger.incidents.record(notice(incident(), 1, owed("anna", route=("nowhere",))), SystemClock().now())
    async with accepted(hotline) as (served, _, path):
        page = await visit(chromium, served, path, viewport={"width": width, "height": 740}, locale="de-DE")
        texts = await page.evaluate(CONTRAST)
        assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        assert page.complaints == []

        await page.get_by_label("Noch einmal zurückrufen").check()
        await page.get_by_label("Notiz (freiwillig)").fill("ruft morgen an")
        await page.get_by_role("button", name="Speichern").click()
        await page.get_by_role("heading", name="Gespeichert, danke.").wait_for()
    assert len(ledger.call_follow_ups.call_backs()) == 1
