from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from broadcast.reports.html import as_html
from broadcast.reports.markdown import as_markdown
from tests.reports.filled_ledger import outage
from tests.reports.hostile_ledger import EVIL, TEXT_SHOWN, hostile

VOID = {"meta", "circle", "rect", "line", "path"}


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


@pytest.fixture
def page(story) -> Page:
    return Page(as_html(story, "en"))


def test_incident_text_never_becomes_markup(chronicle, tell):
    hostile(chronicle)

    page = Page(as_html(tell(), "en"))

    assert {"script", "img", "a"} & {tag for tag, _ in page.elements} == set()
    assert f"Report on INC-1: {EVIL}" in page.text
    assert TEXT_SHOWN in page.text
    assert EVIL in [attributes.get("lang") for _, attributes in page.elements]


def test_only_the_numbers_seen_first_are_bold(chronicle, tell):
    hostile(chronicle)

    assert [tag for tag, _ in Page(as_html(tell(), "en")).elements].count("b") == 4


def test_every_element_is_closed(page):
    assert page.open == []


def test_the_page_needs_nothing_from_anywhere(story):
    html = as_html(story, "en")
    page = Page(html)

    assert not [
        value for _, attributes in page.elements for value in map(attributes.get, ("src", "href")) if value
    ]
    assert "url(" not in html
    assert "@import" not in html
    policy = next(attributes for _, attributes in page.elements if "http-equiv" in attributes)
    assert policy["content"].startswith("default-src 'none'")


def test_every_cell_knows_its_column(page):
    cells = [attributes for tag, attributes in page.elements if tag == "td"]

    assert cells
    assert all(cell["data-label"] for cell in cells)


def test_every_id_is_there_once_and_every_label_leads_somewhere(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    labels = [
        attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes
    ]

    assert len(ids) == len(set(ids))
    assert set(labels) <= set(ids)


def test_the_language_of_the_page_and_of_each_text_is_given(page):
    languages = [attributes["lang"] for _, attributes in page.elements if "lang" in attributes]

    assert languages == ["en"] + ["de"] * 8


def test_both_formats_say_the_same(story, page):
    for line in ("2 min 31 s", "12 min 00 s late", "Person 14", "No notice", "mail-backup: 7"):
        assert (line in page.text) == (line in as_markdown(story, "en"))


@pytest.mark.parametrize(("locale", "banner"), [("de", "ÜBUNG"), ("en", "EXERCISE")])
def test_a_drill_says_so_first_and_last(chronicle, tell, locale, banner):
    chronicle.publish(6, [], drill=True)

    body = as_html(tell(), locale).partition("<main>")[2]

    assert body.strip().startswith(f'<p class="banner" role="note">{banner}')
    assert body.rpartition("</section>")[2].strip().startswith(f'<p class="banner" role="note">{banner}')


@pytest.mark.parametrize("locale", ["de", "en"])
def test_an_incident_without_deliveries_has_a_page(chronicle, tell, locale):
    chronicle.publish(6, [])

    assert Page(as_html(tell(), locale)).open == []


def test_the_chart_shows_each_notice_on_each_channel_and_each_promise(story):
    page = Page(as_html(story, "en"))
    looks = [attributes.get("class", "") for tag, attributes in page.elements if tag == "g"]
    reach = [one for chapter in story.chapters for one in chapter.reach]

    # Two drawings, one for wide pages and one for narrow ones, and the legend.
    assert sum(one.startswith("mark ") for one in looks) == 2 * len(reach) + 4
    assert looks.count("promise kept") == 2 * 2 + 1
    assert looks.count("promise late") == 2 * 1 + 1


@pytest.mark.parametrize("locale", ["de", "en"])
def test_no_label_of_the_chart_is_cut_at_its_edges(story, locale):
    html = as_html(story, locale)
    drawings = re.findall(r'<svg class="chart \w+" viewBox="0 0 (\d+) .*?</svg>', html, re.DOTALL)
    labels = re.findall(r'<text class="fact-label" x="([\d.]+)" y="\d+">(\w+)<', html)

    assert len(labels) == 6
    for width, (x, label) in zip([drawings[0]] * 3 + [drawings[1]] * 3, labels, strict=True):
        assert float(x) - 3.5 * len(label) >= 0
        assert float(x) + 3.5 * len(label) <= float(width)


#: Sections whose content does not fit.
SPILLING = """
[...document.querySelectorAll("section")].filter((s) => s.scrollWidth > s.clientWidth).map((s) => s.id)
"""
CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_screen(chronicle, tell, width):
    playwright = pytest.importorskip("playwright.sync_api")
    outage(chronicle)
    with playwright.sync_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=options)
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.set_content(as_html(tell(), "de"))
        wide = page.evaluate("document.documentElement.scrollWidth")
        spilling = page.evaluate(SPILLING)
        browser.close()

    assert (wide, spilling) == (width, [])
