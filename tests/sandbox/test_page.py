"""The sandbox's page: what somebody sees who looks at a rehearsal."""

from __future__ import annotations

import contextlib
import json
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import yarl
from aiohttp import web
from aiohttp.test_utils import TestServer

from broadcast.sandbox.server import Sandbox
from tests.sandbox.conftest import ACCOUNT, BASIC, Client

CHROMIUM = Path("/usr/bin/chromium")
LONG = "Gestört: Kasse. " + "Bitte rufen Sie uns an. " * 30
FIRST_WORDS = """
() => {
  const log = document.querySelector(".bubbles"), stamp = [...log.querySelectorAll(".time")].pop();
  return stamp.getBoundingClientRect().top - log.getBoundingClientRect().top;
}
"""


@pytest.fixture
async def rehearsal(tmp_path):
    """A sandbox that keeps what it receives, with a client and the folder of its status page."""
    async with (
        Sandbox(store=tmp_path / "received.jsonl") as sandbox,
        aiohttp.ClientSession() as session,
    ):
        yield Client(sandbox, session), tmp_path / "site"


def written(site, name, text):
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(text, encoding="utf-8")


async def test_the_rehearsals_status_page_is_shown_and_nothing_else_of_the_folder(rehearsal):
    client, site = rehearsal
    root = f"{client.sandbox.url}/_sandbox/site"
    health = f"{client.sandbox.url}/_sandbox/health"
    before = json.loads((await client.request("GET", health)).body)
    absent = await client.request("GET", f"{root}/")
    written(site, "index.html", "<h1>Kasse</h1>")
    written(site, "en/index.html", "<h1>Checkout</h1>")
    written(site, "feed.atom", "<feed/>")
    written(site, "notes.txt", "private")
    written(site.parent, "ledger.json", "{}")
    (site / "out.json").symlink_to(site.parent / "ledger.json")

    shown = [await client.request("GET", f"{root}/{name}") for name in ("", "en/index.html", "feed.atom")]
    ways_out = ("..%2fledger.json", "%2e%2e/ledger.json", "out.json")
    hidden = [
        await client.request("GET", yarl.URL(f"{root}/{name}", encoded=True))
        for name in ("notes.txt", *ways_out, "%00.html", "none.html")
    ]
    after = json.loads((await client.request("GET", health)).body)

    assert (before["status_page"], absent.status) == (None, 404)
    assert after["status_page"] == "/_sandbox/site/"
    assert [one.status for one in shown] == [200, 200, 200]
    assert shown[1].body == b"<h1>Checkout</h1>"
    assert {one.status for one in hidden} == {404}
    for one in (*shown, *hidden):
        assert "allow-same-origin" not in one.headers["Content-Security-Policy"]
        assert one.headers["Content-Security-Policy"].startswith("sandbox")


@contextlib.asynccontextmanager
async def browsing(playwright, client):
    """The sandbox's page in a browser."""
    async with playwright.async_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await started.chromium.launch(executable_path=str(CHROMIUM), args=options)
        page = await browser.new_page()
        await page.goto(client.sandbox.url)
        yield page
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
async def test_a_text_is_shown_from_its_first_word_and_the_status_page_is_a_click_away(rehearsal):
    playwright = pytest.importorskip("playwright.async_api")
    client, site = rehearsal
    await client.sms(body=LONG)
    await client.sms(body=LONG)
    written(site, "index.html", "<h1>Kasse gestört</h1>")

    async with browsing(playwright, client) as page:
        await page.wait_for_selector(".bubbles .bubble")
        await page.wait_for_selector("#site:not([hidden])")
        below_the_edge = await page.evaluate(FIRST_WORDS)
        async with page.context.expect_page() as opening:
            await page.click("#site")
        title = await (await opening.value).text_content("h1")

    assert -1 <= below_the_edge < 20
    assert title == "Kasse gestört"


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
async def test_every_provider_that_is_nothing_else_is_a_room(rehearsal):
    playwright = pytest.importorskip("playwright.async_api")
    client, _ = rehearsal
    room = "_matrix/client/v3/rooms/!ops:muster.example/send/m.room.message/1"
    said = {"ntfy/": {"topic": "ops", "message": "Weg"}, f"matrix/{room}": {"body": "Wieder da"}}
    for path, document in said.items():
        method = "PUT" if "matrix" in path else "POST"
        headers = {"Authorization": "Bearer t"}
        sent = await client.request(method, f"{client.sandbox.url}/{path}", json=document, headers=headers)
        assert sent.status == 200
    await client.sms(body="Hallo")

    async with browsing(playwright, client) as page:
        await page.wait_for_selector(".bubbles .bubble")
        rooms = await page.text_content("#rooms")

    assert [word in rooms for word in ("ntfy ops", "Weg", "matrix !ops", "Wieder da", "Hallo")] == [
        True,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
async def test_a_person_writes_back_and_presses_a_key(rehearsal):
    playwright = pytest.importorskip("playwright.async_api")
    client, _ = rehearsal
    await client.sms(body="Kasse gestört")
    asked: list[dict[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        asked.append({name: str(value) for name, value in (await request.post()).items()})
        twiml = "<Response><Say>Danke</Say><Message>Danke <![CDATA[<b>&]]></Message></Response>"
        return web.Response(text=twiml, content_type="text/xml")

    async with serving(take) as url:
        client.sandbox.call_back(lambda: {"twilio-sms": f"{url}/hooks/sms/inbound"})
        twiml = f'<Response><Gather action="{url}/keys"><Say>Taste 1</Say></Gather></Response>'
        calls = f"{client.sandbox.base_url('twilio')}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        call = {"To": "+491711234567", "From": "+4930231250", "Twiml": twiml}
        await client.request("POST", calls, data=call, headers=BASIC)
        async with browsing(playwright, client) as page:
            await page.fill('input[aria-label="Reply as +491711234567"]', "Ja, bin dran")
            await page.click(".answer button")
            await page.wait_for_selector(".bubble.own")
            await page.click('button[aria-label="Key 1"]')
            await page.locator(".bubble.own").nth(1).wait_for()
            bubbles = await page.locator(".bubble").all_text_contents()
            texts = await page.text_content("#counts")

    assert [one.get("Body") or one.get("Digits") for one in asked] == ["Ja, bin dran", "1"]
    assert bubbles[2:5] == ["Ja, bin dran", "Danke <b>&", "Key 1"]
    assert texts.startswith("texts1calls1")


@asynccontextmanager
async def serving(take):
    """A server in place of `serve`; returns its address."""
    application = web.Application()
    application.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
async def test_a_call_is_made_by_keyboard_and_an_agent_accepts_it(rehearsal):
    playwright = pytest.importorskip("playwright.async_api")
    client, _ = rehearsal
    documents = {
        "answer": '<Gather action="/ring" numDigits="1" finishOnKey=""><Say>Wählen Sie.</Say></Gather>',
        "ring": '<Dial action="/after"><Number url="/whisper">+4915155500117</Number></Dial>',
        "whisper": '<Gather action="/accept" numDigits="1"><Say>Annehmen: 1.</Say></Gather><Hangup/>',
        "accept": "",
        "after": "<Hangup/>",
    }

    async def answer(request):
        text = f"<Response>{documents[request.path[1:]]}</Response>"
        return web.Response(text=text, content_type="text/xml")

    application = web.Application()
    application.router.add_post("/{path}", answer)
    async with TestServer(application, host="127.0.0.1") as number:
        hook = str(number.make_url("/answer"))
        client.sandbox.call_back(lambda: {"twilio-voice": hook}, lines=lambda: ["+4930231250"])
        async with browsing(playwright, client) as page:
            await page.wait_for_selector("#telephone:not([hidden])")
            await page.focus("#call-from")
            await page.keyboard.press("Enter")
            await page.wait_for_selector("#call-log .bubble")
            await page.keyboard.press("0")
            await page.wait_for_selector(".agent.rings")
            await page.press(".agent button", "Enter")
            await page.wait_for_selector("text=Annehmen: 1.")
            await page.press(".agent button.go", "Enter")
            await page.wait_for_selector("#call-state:has-text('connected')")
            await page.click("#hang-up")
            await page.wait_for_selector("#call-state:has-text('over')")
            focused = await page.evaluate("document.activeElement.id")

    assert focused == "call"
