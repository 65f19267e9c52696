"""Times, from the command line to what readers see: none that nobody said, and corrected ones everywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

#: What a page, a text or an alert says only of a beginning that is known.
BEGINNING = re.compile(r"gestört seit|gestört war es|Zeitraum|Dauer|Seit \d\d:|onset", re.IGNORECASE)


def read(page: Path, pattern: str) -> str:
    """The files of the page that match, together; there is at least one."""
    found = sorted(page.glob(pattern))
    assert found
    return "\n".join(path.read_text(encoding="utf-8") for path in found)


def visible(html: str) -> str:
    return re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)


def test_without_a_beginning_none_is_told_to_anybody(broadcast, page_only):
    assert broadcast("notify", "Kasse", "--next-update", "none", "--yes").returncode == 0
    assert broadcast("update", "--phase", "monitoring", "--next-update", "none", "--yes").returncode == 0
    while_open = read(page_only, "incidents/INC-1.html")
    assert broadcast("resolve", "--yes").returncode == 0

    over = read(page_only, "incidents/INC-1.html") + read(page_only, "index.html")
    for html in (while_open, over, read(page_only, "cap/*.xml")):
        assert not BEGINNING.search(visible(html))
    assert "Gemeldet" in visible(while_open)
    report = broadcast("report", "INC-1", "--lang", "de").stdout
    assert re.search(r"Beginn\W+nicht angegeben", report)
    assert "Eröffnung bis Abschluss" in report
    status = json.loads(broadcast("status", "INC-1", "-o", "json").stdout)
    assert '"started_at": null' in json.dumps(status)


def test_a_corrected_beginning_is_told_from_then_on(broadcast, page_only):
    assert broadcast("notify", "Kasse", "--started", "30m", "--yes").returncode == 0
    assert broadcast("update", "--started", "3h", "--yes").returncode == 0
    assert broadcast("resolve", "--ended", "now", "--yes").returncode == 0

    page = visible(read(page_only, "incidents/INC-1.html")).replace("\xa0", " ")
    assert re.search(r"Dauer\s+3 Stunden", page)
    assert "(3 Stunden)" in page
    assert "3 h 00 min" in broadcast("report", "INC-1").stdout


def test_an_end_that_was_not_stated_is_not_published(broadcast, page_only):
    assert broadcast("notify", "Kasse", "--started", "3h", "--yes").returncode == 0
    assert broadcast("resolve", "--yes").returncode == 0

    page = visible(read(page_only, "incidents/INC-1.html")).replace("\xa0", " ")
    assert not re.search(r"3 Stunden|Dauer", page)
    report = broadcast("report", "INC-1", "--lang", "de").stdout
    assert re.search(r"Ende\W+nicht angegeben", report)
    assert not re.search(r"Beginn bis Ende\W+3 h", report)


def test_maintenance_that_begins_early_ends_after_it_began(broadcast, page_only):
    announced = ("--phase", "scheduled", "--started", "24h", "-v", "window_ends=90m")
    assert broadcast("notify", "Neue Datenbank", *announced, "--yes").returncode == 0
    assert broadcast("update", "--phase", "in_progress", "--yes").returncode == 0
    assert broadcast("resolve", "--yes").returncode == 0

    for calendar in page_only.glob("**/*.ics"):
        begins, ends = re.findall(r"DT(?:START|END):(\w+)", calendar.read_text(encoding="utf-8"))
        assert begins < ends


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--phase", "scheduled"), "needs its beginning"),
        (("--phase", "scheduled", "--started", "2h", "-v", "window_ends=2026-01-01T10:00"), "it begins at"),
        (("--template", "maintenance", "--started", "2026-01-01T10:00"), "not in the future"),
        (("--started", "0001-01-01T00:00"), "is too far from today"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_hint(broadcast, page_only, given, said):
    outcome = broadcast("notify", "Kasse", *given, "--yes")

    assert outcome.returncode == 2, outcome.stderr
    assert said in outcome.stderr
    assert "hint: " in outcome.stderr
    assert not page_only.exists()


def test_the_log_names_the_zone(broadcast, page_only):
    broadcast("notify", "Kasse", "--yes")

    assert re.search(r"\d\d:\d\d:\d\d CES?T +notice", broadcast("log", "INC-1").stdout)
