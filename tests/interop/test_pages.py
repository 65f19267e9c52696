"""The pages to subscribe against axe, in a browser: phone and desk, light and dark."""

from __future__ import annotations

import pytest

from tests.harness.browser import CHROMIUM, visit
from tests.interop.programs import npm
from tests.server.pages.conftest import book, chromium, open_shop, providers, shop  # noqa: F401 - fixtures
from tests.server.pages.test_subscribe_in_a_browser import KINDS, SIZES, paths  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")


@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("kind", KINDS)
async def test_axe_finds_nothing_on_a_page(paths, open_shop, chromium, kind, width, scheme):  # noqa: F811 - the fixtures
    script = (npm("axe-core@4.14.1") / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    size = {"width": width, "height": 740}
    page = await visit(chromium, open_shop, paths[kind], viewport=size, color_scheme=scheme, bypass_csp=True)

    await page.evaluate(script)
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")

    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
