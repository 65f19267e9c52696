"""The page in a real browser: on a phone, in the dark, from a USB stick, long after it was written."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from tests.channels.page.site import sample
from tests.channels.page.site.sample import COMPONENTS, publish, site
from tests.harness.browser import CHROMIUM, CONTRAST, OPTIONS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed"),
]
SCENES = ["fine", "outage", "several", "watching", "maintenance", "announced", "correction", "reopened"]
SCENES += ["drill"]
WHILE_FRESH, WHEN_OVERDUE = "2025-11-16T13:10:00Z", "2025-11-16T13:36:00Z"


@pytest.fixture(scope="module")
def browser(pages):  # written first: playwright keeps an event loop running
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, messages in sample.scenes().items():
        asyncio.run(publish(site(folder / name, components=COMPONENTS), messages))
    return folder


@pytest.fixture
def visit(browser, pages):
    contexts = []

    def go(scene, name="index.html", now=WHILE_FRESH, **options):
        options = {"viewport": {"width": 360, "height": 740}, **options}
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.requested, page.complaints = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.clock.set_fixed_time(now)
        page.goto(address(pages, scene, name))
        return page

    yield go
    for context in contexts:
        context.close()


def address(pages, scene, name):
    return (pages / scene / "public" / ("drill" if scene == "drill" else "") / name).as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scene", SCENES)
def test_every_text_is_large_and_dark_enough_on_a_phone(visit, scene, scheme):
    page = visit(scene, color_scheme=scheme)
    texts = page.evaluate(CONTRAST)
    assert len(texts) > 10
    assert [text for text in texts if text["size"] < 16] == []
    assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_has_to_be_scrolled_sideways(visit, scene):
    page = visit(scene)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_dark_page_is_dark(visit):
    light, dark = (
        visit("fine", color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    )
    assert (light, dark) == ("rgb(247, 246, 243)", "rgb(18, 21, 24)")


@pytest.mark.parametrize("name", ["index.html", "en/index.html", "incidents/INC-7.html", "archive-2025.html"])
def test_a_page_asks_for_nothing_but_itself(visit, pages, name):
    page = visit("outage", name)
    requested = [url for url in page.requested if not url.startswith("data:")]
    assert requested == [address(pages, "outage", name)]
    assert page.complaints == []


@pytest.mark.parametrize("name", ["index.html", "en/index.html", "incidents/INC-7.html", "archive-2025.html"])
@pytest.mark.parametrize("scene", ["several", "drill"])
def test_headings_are_in_order_and_everything_has_a_landmark(visit, scene, name):
    page = visit(scene, name)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((h) => +h.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(next_ - level <= 1 for level, next_ in pairwise(levels))
    for role in ("main", "banner", "contentinfo", "navigation"):
        assert page.get_by_role(role).count() == 1
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_the_page_says_so_when_a_promised_update_is_overdue(visit):
    assert visit("outage").locator("#stale").is_hidden()
    overdue = visit("outage", now=WHEN_OVERDUE).locator("#stale")
    assert overdue.is_visible()
    assert "Für So, 16.11., 14:35 Uhr haben wir eine neue Information zugesagt. Sie ist noch" in said(overdue)


def test_the_page_doubts_itself_after_two_hours_without_a_promise(visit):
    assert visit("correction", now="2026-01-01T00:00:00Z").locator("#stale").count() == 0
    started = "2025-11-16T16:31:00Z"
    assert visit("maintenance", now="2025-11-16T15:00:00Z").locator("#stale").is_hidden()
    silent = visit("maintenance", now=started).locator("#stale")
    assert silent.is_visible()
    assert "Seit So, 16.11., 14:01 Uhr gab es keine neue Information." in said(silent)


def test_the_banner_appears_while_the_page_is_being_read(visit):
    page = visit("outage")
    page.clock.install(time=WHILE_FRESH)
    page.reload()
    assert page.locator("#stale").is_hidden()
    page.clock.fast_forward("30:00")
    assert page.locator("#stale").is_visible()


def test_times_say_how_long_ago_they_were(visit):
    assert "Stand: So, 16.11., 14:05 Uhr (MEZ) (vor 5 Minuten)" in said(visit("outage").locator(".as-of"))
    english = visit("outage", "en/index.html")
    assert "Next update 14:35 (in 25 minutes)" in said(english.locator(".facts"))


def test_the_page_is_complete_without_scripts(visit):
    page = visit("outage", java_script_enabled=False)
    assert said(page.locator("h1")) == "Störung: Chat und E-Mail-Support"
    assert "Nächste Information 14:35 Uhr" in said(page.locator(".facts"))
    assert page.locator("#stale").is_hidden()


def test_the_language_can_be_changed_and_changed_back_from_a_usb_stick(visit, pages):
    page = visit("outage", "incidents/INC-7.html")
    page.get_by_role("link", name="English").click()
    assert page.url == address(pages, "outage", "en/incidents/INC-7.html")
    assert page.locator("html").get_attribute("lang") == "en"
    assert said(page.locator("h1")) == "Outage: Chat and e-mail support"
    page.get_by_role("link", name="Deutsch").click()
    assert page.url == address(pages, "outage", "incidents/INC-7.html")


def test_every_link_of_the_page_leads_to_a_file(visit, pages):
    for name in ("index.html", "en/index.html", "incidents/INC-7.html", "en/archive-2025.html"):
        page = visit("several", name)
        links = page.evaluate("[...document.querySelectorAll('a[href], link[href]')].map((e) => e.href)")
        files = [link for link in links if link.startswith("file:")]
        assert len(files) > 5
        for link in files:
            assert Path(link.removeprefix("file://").partition("#")[0]).is_file(), link


def test_the_hotline_can_be_called_with_a_tap(visit):
    call = visit("outage").locator(".facts").get_by_role("link")
    assert call.get_attribute("href") == "tel:+493023125000"
    assert call.bounding_box()["height"] >= 36


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(visit):
    page = visit("outage")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_paper_shows_no_relative_times_and_no_banner_colours(visit):
    page = visit("outage")
    page.emulate_media(media="print")
    assert page.locator(".as-of .ago").is_hidden()
    assert page.get_by_role("navigation").count() == 0
    assert said(page.locator("h1")) == "Störung: Chat und E-Mail-Support"


def said(locator):
    return " ".join(locator.inner_text().replace("\u00a0", " ").split())
