"""What people read on a phone, in a real browser: no word and no link is so long that it scrolls sideways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed"),
]
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LINK = "https://status.muster.example/" + "vorgang" * 14
#: Elements that reach beyond the right edge, unless something around them cuts them off or scrolls itself.
BEYOND = """
() => {
  const edge = document.documentElement.clientWidth;
  const shut = (e) => e && e !== document.body && (getComputedStyle(e).overflowX !== "visible"
    || getComputedStyle(e).clipPath !== "none" || getComputedStyle(e).position === "absolute"
    || shut(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > edge + 1 && !shut(e))
    .map((e) => `${e.tagName}.${e.getAttribute("class")}: ${e.textContent.trim().slice(0, 30)}`);
}
"""


@pytest.fixture
def pages(rehearse, rehearsal) -> dict[str, str]:
    config = rehearsal / "broadcast.toml"
    long = f'\n[services.{"a" * 40}]\nde = "{WORD}"\nen = "{WORD}"\n'
    if long not in config.read_text(encoding="utf-8"):
        config.write_text(config.read_text(encoding="utf-8") + long, encoding="utf-8")
        words = [
            "-m",
            f"{WORD}. {LINK}",
            "-v",
            f"scope={WORD}",
            "-v",
            f"impact={WORD}",
            "-v",
            f"cause={LINK}",
        ]
        opened = rehearse("notify", f"{WORD} gestört", "--service", "a" * 40, *words, "--yes")
        assert opened.returncode == 0, opened.stderr
        again = rehearse("update", "INC-1", *words, "-v", f"action={WORD}", "--yes")
        assert again.returncode == 0, again.stderr
        assert (
            rehearse("notify", f"{WORD}s Wartung", "--service", "a" * 40, "-m", WORD, "--yes").returncode == 0
        )
        assert rehearse("report", "INC-1", "--out", "report.html").returncode == 0
    site = rehearsal / ".sandbox" / "site"
    sandbox = json.loads((rehearsal / ".sandbox" / "sandbox.json").read_text(encoding="utf-8"))
    received = (rehearsal / ".sandbox" / "received.jsonl").read_text(encoding="utf-8").splitlines()
    mail = next(one["html"] for one in map(json.loads, received) if WORD in (one.get("html") or ""))
    (rehearsal / "mail.html").write_text(mail, encoding="utf-8")
    return {
        "mail": (rehearsal / "mail.html").as_uri(),
        "page": (site / "index.html").as_uri(),
        "incident": (site / "incidents" / "INC-1.html").as_uri(),
        "report": (rehearsal / "report.html").as_uri(),
        "sandbox": sandbox["url"],
    }


@pytest.fixture
def visit():
    """Opens an address on a screen that can be made narrower."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=options)

        def go(name, address):
            page = browser.new_page()
            page.goto(address)
            if name == "sandbox":
                page.wait_for_selector(".mail")
                page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
            return page

        yield go
        browser.close()


def too_wide(page, width):
    """How wide the page is and what reaches beyond the screen, or nothing."""
    page.set_viewport_size({"width": width, "height": 800})
    wide, beyond = page.evaluate("document.documentElement.scrollWidth"), page.evaluate(BEYOND)
    return (wide, beyond[:8]) if wide > width or beyond else None


def test_nothing_is_wider_than_the_screen(pages, visit):
    found: dict[tuple[str, int], object] = {}
    for name, address in pages.items():
        page = visit(name, address)
        found |= {(name, width): too_wide(page, width) for width in (320, 360, 390, 1024)}
    assert {place: spilt for place, spilt in found.items() if spilt} == {}
