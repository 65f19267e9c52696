"""Every situation of one kind of text, to be read before the day."""

from __future__ import annotations

import re
import stat
from html.parser import HTMLParser

import pytest

from broadcast.cli.app import run as run_here
from broadcast.model.situation import Situation


@pytest.fixture
def prepared(broadcast):
    assert broadcast("init", "--sandbox", "--locale", "de").returncode == 0
    return broadcast


def test_all_situations_stand_on_one_page_of_the_terminal(prepared):
    shown = prepared("template", "render", "sms", "--all").stdout

    named = re.findall(r"(?m)^(\w+), de/customers/sms", shown)
    assert named == [one.value for one in Situation]


class Page(HTMLParser):
    """The structure that a screen reader goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.languages: list[str | None] = []
        self.links: set[str | None] = set()
        self.targets: set[str | None] = set()

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        if tag in {"script", "img", "iframe", "link"}:
            raise AssertionError(tag)
        if tag == "p" and named.get("class") == "text":
            self.languages.append(named.get("lang"))
        if tag == "a":
            self.links.add(named["href"])
        if "id" in named:
            self.targets.add("#" + (named["id"] or ""))


def test_the_page_for_a_browser_shows_both_languages_side_by_side(prepared, tmp_path):
    written = prepared("template", "render", "email", "--all", "--out", "texts.html")
    file = tmp_path / "texts.html"
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))

    assert written.returncode == 0, written.stderr
    assert page.languages == ["de", "en"] * len(Situation)
    assert page.headings == ["h1", *["h2", "h3", "h3"] * len(Situation)]
    assert page.links == page.targets
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_page_is_written_over_itself_and_over_nothing_else(prepared, tmp_path):
    file = tmp_path / "texts.html"
    again = [prepared("template", "render", "sms", "--all", "--out", "texts.html") for _ in range(2)]
    file.write_text(file.read_text(encoding="utf-8") + "mine", encoding="utf-8")
    refused = prepared("template", "render", "sms", "--all", "--out", "texts.html")

    assert [one.returncode for one in again] == [0, 0]
    assert refused.returncode == 2
    assert "is not a page of texts, or was changed since" in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--all", "--phase", "update"), "--all shows every situation, and --phase one"),
        (("--out", "texts.html"), "--out is for the page of all situations"),
        (("--all", "--out", "texts.pdf"), "the page is HTML"),
        (("--phase", "down_agian"), "did you mean down_again?"),
    ],
)
def test_options_that_contradict_are_refused(prepared, options, said):
    refused = prepared("template", "render", "sms", *options)

    assert refused.returncode == 2
    assert said in refused.stderr


@pytest.mark.parametrize("name", ["down_again", "abandoned", "maintenance"])
def test_a_situation_and_a_phase_of_old_are_shown_by_their_names(prepared, name):
    assert prepared("template", "render", "sms", "--phase", name).returncode == 0


def test_a_template_can_be_read_with_made_up_facts(capsys, monkeypatch, page_only):
    monkeypatch.chdir(page_only.parent)

    assert run_here(["template", "list"]) == 0
    assert run_here(["template", "render", "sms", "--phase", "resolved", "--lang", "en"]) == 0

    shown = capsys.readouterr().out
    assert "de/customers/sms.txt.j2" in shown
    assert "[INC-7/2]" in shown
