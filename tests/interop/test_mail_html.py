"""The HTML part of every mail against the Nu Html Checker of the W3C and against axe, in a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.channels.page.site.sample import LETTERHEAD
from tests.interop.programs import npm

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (360, 700)
# One of each colour: a look in a browser takes a second.
LOOKED_AT = ("investigating-", "monitoring-", "resolved-", "scheduled-")
# A mail is read inside the page of a mail program, which has the landmarks.
OF_A_WHOLE_PAGE = ("landmark-one-main", "region")


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One file for each mail: all situations, audiences and languages, real and as an exercise."""
    folder = tmp_path_factory.mktemp("mails")
    renderer = Renderer(Catalogue(default_folders(None)), "de", letterhead=LETTERHEAD)
    for situation, audience, locale, drill in product(Situation, AUDIENCES, ("de", "en"), (False, True)):
        if drill and situation.maintenance:
            continue  # announced work is never an exercise
        facts = replace(sample_facts(situation), drill=drill)
        page = renderer.render(facts, audience, locale, ChannelKind.EMAIL).message.html or ""
        name = f"{situation}-{audience}-{locale}-{'drill' if drill else 'real'}.html"
        (folder / name).write_text(page, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")
def test_the_checker_of_the_w3c_finds_no_error(mails):
    checker = npm("vnu-jar@26.9.27") / "node_modules/vnu-jar/build/dist/vnu.jar"
    command = ["java", "-jar", str(checker), "--errors-only", "--format", "json", *map(str, mails)]

    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stderr)

    assert [(one["url"], one["message"]) for one in found["messages"]] == []


@pytest.fixture(scope="module")
def axe(mails) -> Iterator[object]:  # the mails first: playwright keeps an event loop running
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    script = (npm("axe-core@4.14.1") / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])

        def violations(page, mail: Path) -> list[tuple[str, str]]:
            page.set_content(mail.read_text(encoding="utf-8"))
            page.evaluate(script)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            return [(one["id"], one["nodes"][0]["html"]) for one in found if one["id"] not in OF_A_WHOLE_PAGE]

        yield browser, violations
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_screen(axe, mails, width, scheme):
    browser, violations = axe
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = []
    for mail in [one for one in mails if one.name.startswith(LOOKED_AT)]:
        found += [(mail.name, *one) for one in violations(page, mail)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((mail.name, "wider than the screen"))
    page.close()

    assert found == []
