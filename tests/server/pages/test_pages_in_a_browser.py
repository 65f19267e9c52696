"""The pages behind links in a browser: phone and desk, light and dark, by keyboard, without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.clock import SystemClock
from broadcast.model.confirm_token import confirm_token
from broadcast.model.question import AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.model.suppression import unsubscribe_token
from broadcast.testing.ledger_samples import incident, notice, owed
from tests.harness.browser import CHROMIUM, CONTRAST, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed"),
]
SIZES = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
SMALLEST_TARGET = 44  # pixels
OPTIONS = (
    "Ja, sofort auf die Ersatzleitung in Köln & <b>München</b> umschalten",
    "Störungsbeseitigungsdienstleistungsgesellschaftsvertreterin fragen",
    "Nein",
)
HEIGHTS = "[...document.querySelectorAll('button')].map((one) => one.getBoundingClientRect().height)"


@pytest.fixture
def asked(ledger: Ledger) -> Notice:
    """A notice that asks Anna; its only channel is not configured, so that `serve` sends nothing."""
    now = SystemClock().now()
    question = NoticeQuestion(asked_at=now, answer_by=now + timedelta(minutes=15), wait=300.0)
    new = replace(notice(incident(), 1, owed("anna", route=("nowhere",))), question=question)
    return ledger.incidents.record(new, now)


def ask(ledger: Ledger, ref: str, **changes: Any) -> Notice:
    now = SystemClock().now()
    question = NoticeQuestion(asked_at=now, answer_by=now + timedelta(minutes=15), wait=300.0)
    new = replace(
        notice(replace(incident(), ref=ref), 1, owed("anna", route=("nowhere",))),
        question=replace(question, **changes),
    )
    return ledger.incidents.record(new, now)


@pytest.fixture
def polled(ledger: Ledger, asked: Notice) -> Notice:
    """A poll with options as people type them."""
    return ask(ledger, "INC-2", text="Wohin leiten wir die Anrufe während des Umbaus um?", options=OPTIONS)


@pytest.fixture
def answered(ledger: Ledger, polled: Notice) -> Notice:
    """A poll in which Anna has voted; she may vote anew."""
    new = ask(ledger, "INC-3", text="Umschalten?", options=("ja", "nein"))
    at = SystemClock().now()
    given = PersonalAnswer(answer="nein", means=AnswerMeans.REPLY, at=at, channel="sms")
    ledger.confirmations.record(ledger.confirmations.receivers(new.id), given)
    return new


@pytest.fixture
def paths(ledger: Ledger, asked: Notice, polled: Notice, answered: Notice) -> dict[str, str]:
    """Every kind of page."""
    secret = ledger.secret()
    return {
        "confirm": f"/c/{confirm_token(secret, 1, asked.identity or '')}",
        "poll": f"/c/{confirm_token(secret, 2, polled.identity or '')}",
        "answered": f"/c/{confirm_token(secret, 3, answered.identity or '')}",
        "unsubscribe": f"/u/{unsubscribe_token(secret, 'anna@kunde.example')}",
        "trouble": "/c/1-aaaaaaaaaaaaaaaa",
    }


@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("kind", ["confirm", "poll", "answered", "unsubscribe", "trouble"])
async def test_a_page_can_be_read_and_touched(paths, served, chromium, kind, width, scheme):
    size = {"width": width, "height": 740}
    page = await visit(chromium, served, paths[kind], viewport=size, color_scheme=scheme)

    texts = await page.evaluate(CONTRAST)
    assert len(texts) >= 3
    assert [text for text in texts if text["size"] < 16] == []
    assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert all(height >= SMALLEST_TARGET for height in await page.evaluate(HEIGHTS))
    for role in ("main", "banner"):
        assert await page.get_by_role(role).count() == 1
    assert await page.get_by_role("heading", level=1).count() == 1
    assert await page.evaluate("document.documentElement.lang") in {"de", "en"}


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_person_confirms_by_keyboard_with_and_without_scripts(
    paths, asked, served, ledger, chromium, scripts
):
    page = await visit(chromium, served, paths["confirm"], java_script_enabled=scripts)

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Bestätigt, danke.").wait_for()

    assert [one.means for one in ledger.confirmations.of(asked.id)] == ["link"]


async def test_a_page_asks_for_nothing_but_itself(paths, served, chromium):
    page = await visit(chromium, served, paths["confirm"])

    assert page.requested == [served.listening.public + paths["confirm"]]
    assert page.complaints == []


async def test_the_style_is_used_and_the_dark_page_is_dark(paths, served, chromium):
    colours = []
    for scheme in ("light", "dark"):
        page = await visit(chromium, served, paths["confirm"], color_scheme=scheme)
        colours.append(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert colours == ["rgb(247, 246, 243)", "rgb(18, 21, 24)"]


async def test_a_person_votes_by_keyboard_for_an_option_as_it_was_typed(
    paths, polled, served, ledger, chromium
):
    page = await visit(chromium, served, paths["poll"], java_script_enabled=False)

    await page.get_by_role("button", name=OPTIONS[0], exact=True).focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=f"Notiert: {OPTIONS[0]}.").wait_for()

    assert [one.answer for one in ledger.confirmations.of(polled.id)] == [OPTIONS[0]]


async def test_who_voted_sees_the_vote_and_may_choose_another_option(
    paths, answered, served, ledger, chromium
):
    page = await visit(chromium, served, paths["answered"])

    assert await page.get_by_text("geantwortet: nein.").count() == 1
    assert [await one.inner_text() for one in await page.get_by_role("button").all()] == ["ja"]
