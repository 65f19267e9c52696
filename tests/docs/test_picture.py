"""The picture of what was measured says what the tables say."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from benchmarks.measure import FIGURES, RESULTS
from benchmarks.plot import PICTURE, Crowd, Rival, draw

SVG = "{http://www.w3.org/2000/svg}"
KEPT = json.loads(FIGURES.read_text(encoding="utf-8"))
RIVALS = [Rival(**row) for row in KEPT["Throughput"]]
CROWDS = [Crowd(**row) for row in KEPT["Crowds"]]


def test_the_picture_is_the_one_of_the_figures_that_are_kept():
    assert PICTURE.read_text(encoding="utf-8") == draw(RIVALS, CROWDS)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_the_table_has_the_same_figures(rival):
    (row,) = (line for line in table() if line.replace("`", "").startswith(f"| {rival.name} | "))

    cells = [cell.strip().partition(" (")[0] for cell in row.split("|")]

    assert {f"{rival.people:,}", f"{rival.rate:,.0f}", f"{rival.cpu:.2f}", f"{rival.peak:,.0f}"} <= set(cells)


@pytest.mark.parametrize("crowd", CROWDS, ids=lambda crowd: str(crowd.people))
def test_the_table_has_the_same_memory(crowd):
    (row,) = (line for line in table() if line.startswith(f"| planned and sent | {crowd.people:,} | "))

    assert row.endswith(f" | {crowd.peak:,.0f} |")


def test_whoever_cannot_see_it_is_told_every_figure():
    picture = ET.fromstring(draw(RIVALS, CROWDS))

    named = [picture.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")]
    told = picture.findtext(f"{SVG}desc")

    assert picture.get("aria-labelledby").split() == named
    assert all(rival.name in told for rival in RIVALS)
    assert all(f"{crowd.people:,} people" in told for crowd in CROWDS)


def table() -> list[str]:
    return RESULTS.read_text(encoding="utf-8").splitlines()
