"""The card of an escalation: one page of A4, with two independent connections to each role."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.contact import Contact
from broadcast.model.escalation import EscalationPolicy, EscalationStep
from broadcast.planning.escalation_card import Role, RoleRoute
from broadcast.reports.card import EscalationCard, card_html
from tests.harness.browser import CHROMIUM, CONTRAST, OPTIONS


def person(number: int, name: str) -> Contact:
    return Contact(
        id=f"a-{number}", name=name, phone=f"+4915112345{number:03}", email=f"p{number}@muster.example"
    )


PEOPLE = tuple(
    person(number, name)
    for number, name in enumerate(["Anna <b>", "Bertold Grünwald", "Dörte Übermuth-Schmidtbauer", *"CDEFGH"])
)
PAIR = (
    RoleRoute(person=PEOPLE[0], channel="sms", kind=ChannelKind.SMS, address="+4915112345000"),
    RoleRoute(person=PEOPLE[1], channel="mail", kind=ChannelKind.EMAIL, address="p1@muster.example"),
)


def step(*to: str, needs: int = 1) -> EscalationStep:
    return EscalationStep(to=to, channels=("sms",), wait=timedelta(minutes=5), needs=needs)


CARD = EscalationCard(
    organisation="Muster Handel",
    policy=EscalationPolicy(
        name="duty",
        steps=(
            step("oncall:support"),
            step("audience:crew", "oncall:leads", needs=2),
            step("audience:board"),
        ),
        repeat=2,
    ),
    steps=[
        [Role(name="oncall:support", people=PEOPLE[:3], gaps=(), pair=PAIR)],
        [
            Role(name="audience:crew", people=PEOPLE, gaps=(), shared=("twilio",)),
            Role(name="oncall:leads", people=(), gaps=("oncall:leads has nobody on duty",)),
        ],
        [Role(name="audience:board", people=PEOPLE[4:], gaps=(), pair=PAIR)],
    ],
    begins=datetime(2026, 11, 30, 22, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
)
#: What the card says first, of two connections, of none, and of more people than it has room for.
SAYINGS = {
    "de": ("Im Dienst: support", "Fällt das aus", "Alle Verbindungen hängen an twilio", "und 4 weitere"),
    "en": ("On duty: support", "If that fails", "All connections depend on twilio", "and 4 more"),
}


@pytest.mark.parametrize("locale", SAYINGS)
def test_it_has_two_connections_to_each_role_or_says_why_not(locale):
    page = card_html(CARD, locale)

    for said in (*SAYINGS[locale], "Anna &lt;b&gt;", "+4915112345000", "p1@muster.example"):
        assert said in page
    assert f'<html lang="{locale}">' in page
    assert "<b>" not in page


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
@pytest.mark.parametrize(("locale", "width", "scheme"), [("de", 1280, "light"), ("en", 360, "dark")])
def test_it_can_be_read_and_is_printed_on_one_page(tmp_path, locale, width, scheme):
    playwright = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "card.html"
    file.write_text(card_html(CARD, locale), encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme)
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(file.as_uri())

        texts = page.evaluate(CONTRAST)
        assert [text for text in texts if text["size"] < 16] == []
        assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert complaints == []
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
        browser.close()
