"""The pages to subscribe in a browser: phone and desk, light and dark, by keyboard, without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.subscription import Subscription
from broadcast.model.suppression import address_token
from tests.harness.browser import CHROMIUM, CONTRAST, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed"),
]
SIZES = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
SMALLEST_TARGET = 44  # pixels
#: The height of everything that a finger has to hit; a box to tick is hit on its label, too.
TARGETS = """
[...document.querySelectorAll("button, select, main a, nav a, .field input, label.choice")]
  .map((one) => one.getBoundingClientRect().height)
"""
#: What has no label that a screen reader reads.
UNNAMED = """
[...document.querySelectorAll("input, select")].filter((one) => !one.labels.length).map((one) => one.name)
"""
KINDS = ["form", "form in English", "confirm", "preferences", "unsubscribe", "unknown"]


@pytest.fixture
def paths(book: Ledger) -> dict[str, str]:
    """Every kind of page, of a subscriber and of somebody who asked."""
    now, secret = SystemClock().now(), book.secret()
    for address in ("anna@kunde.example", "bert@kunde.example"):
        wish = Subscription(
            audience="customers",
            kind=AddressKind.EMAIL,
            address=address,
            locale="de",
            services=("checkout",),
        )
        book.subscriptions.request(wish, now)
    book.subscriptions.confirm(1, now)
    request = book.subscriptions.find(2)
    assert request is not None
    token = address_token(secret, AddressKind.EMAIL, "anna@kunde.example")
    return {
        "form": "/subscribe?lang=de",
        "form in English": "/subscribe?lang=en",
        "confirm": f"/subscribe/{request.token(secret)}",
        "preferences": f"/subscribe/{token}",
        "unsubscribe": f"/u/{token}",
        "unknown": "/subscribe/1-aaaaaaaaaaaaaaaaaaaaaaaa",
    }


@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_page_can_be_read_and_touched(paths, open_shop, chromium, kind, width, scheme):
    size = {"width": width, "height": 740}
    page = await visit(chromium, open_shop, paths[kind], viewport=size, color_scheme=scheme)

    texts = await page.evaluate(CONTRAST)
    assert [text for text in texts if text["size"] < 16 and text["text"] != "Website"] == []
    assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert [height for height in await page.evaluate(TARGETS) if height < SMALLEST_TARGET] == []
    assert await page.evaluate(UNNAMED) == []
    assert await page.get_by_role("heading", level=1).count() == 1
    assert page.requested == [open_shop.listening.public + paths[kind]]


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_person_subscribes_by_keyboard_with_and_without_scripts(open_shop, book, chromium, scripts):
    page = await visit(chromium, open_shop, "/subscribe", java_script_enabled=scripts, locale="de-DE")

    await page.keyboard.press("Tab")
    await page.keyboard.type("anna@kunde.example")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach.").wait_for()

    (request,) = book.subscriptions.of_address(AddressKind.EMAIL, "anna@kunde.example").requests
    assert request.subscription.services == ("checkout",)


async def test_after_a_mistake_the_field_has_the_focus_and_its_reason(open_shop, chromium):
    page = await visit(chromium, open_shop, "/subscribe", locale="de-DE")

    await page.get_by_label("E-Mail-Adresse oder Mobilnummer").fill("anna@")
    await page.get_by_role("button").click()
    await page.get_by_role("alert").wait_for()

    focused: Any = await page.evaluate(
        "[document.activeElement.id, document.activeElement.value, document.activeElement.ariaInvalid]"
    )
    assert focused == ["address", "anna@", "true"]
