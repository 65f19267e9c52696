from __future__ import annotations

import re
from collections import Counter

import pytest
from markdown_it import MarkdownIt

from broadcast.reports.markdown import as_markdown
from broadcast.reports.people import Addresses
from tests.reports.filled_ledger import outage, posted
from tests.reports.hostile_ledger import EVIL, TEXT_SHOWN, hostile

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(text):
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


def words(text):
    return "\n".join(token.content for token in tokens(text) if token.type == "text")


@pytest.mark.parametrize("locale", ["de", "en"])
def test_incident_text_becomes_neither_markdown_nor_html(chronicle, tell, locale):
    hostile(chronicle)

    used = Counter(token.type for token in tokens(as_markdown(tell(), locale)))

    forbidden = {
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "em_open",
        "code_inline",
        "s_open",
        "ordered_list_open",
    }
    assert forbidden & used.keys() == set()


def test_incident_text_reads_as_it_was_written(chronicle, tell):
    hostile(chronicle)

    assert f"Report on INC-1: {EVIL}" in words(as_markdown(tell(), "en"))


def test_incident_text_stays_in_its_cell(chronicle, tell):
    hostile(chronicle)

    rows = as_markdown(tell(), "en").partition("## Not reached")[2].partition("##")[0]
    cells = [words(token.content) for token in tokens(rows) if token.type == "inline"]

    assert cells[-1] == EVIL


def test_sent_texts_stand_verbatim_in_fences_they_cannot_close(chronicle, tell):
    hostile(chronicle)

    fences = [token.content for token in tokens(as_markdown(tell(), "en")) if token.type == "fence"]

    assert fences == [EVIL + "\n", TEXT_SHOWN + "\n"]


def test_both_languages_say_the_same_numbers(story):
    def figures(text):
        plain = words(text)
        dates = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2} [A-Z]\w+ \d{4}")
        return Counter(re.findall(r"\d+", dates.sub("", plain)))

    assert figures(as_markdown(story, "de")) == figures(as_markdown(story, "en"))


@pytest.mark.parametrize(("locale", "banner"), [("de", "ÜBUNG"), ("en", "EXERCISE")])
def test_a_drill_says_so_first_and_last(chronicle, tell, locale, banner):
    chronicle.publish(6, [], drill=True)

    lines = as_markdown(tell(), locale).strip().splitlines()

    assert lines[0].startswith(f"**{banner}")
    assert lines[-1] == lines[0]


def test_the_real_thing_is_no_drill(story):
    assert "EXERCISE" not in as_markdown(story, "en")


def test_an_incident_without_deliveries_says_in_every_section_that_there_is_nothing(chronicle, tell):
    chronicle.publish(6, [])

    text = as_markdown(tell(), "en")

    for line in (
        "Nothing was owed to anybody.",
        "No next update was promised.",
        "0: nobody got a message twice.",
    ):
        assert line in text
    assert "- **First message accepted:** none yet" in text


def test_a_text_that_nobody_got_says_so(chronicle, tell):
    chronicle.publish(6, [posted("x")])

    assert "### INC-1/1 · customers · sms · de (accepted for nobody)" in as_markdown(tell(), "en")


def test_full_addresses_come_with_a_warning(chronicle, tell):
    outage(chronicle)

    assert "+4915112345014" not in as_markdown(tell(), "en")
    full = as_markdown(tell(addresses=Addresses.FULL), "en")
    assert "+4915112345014" in full
    assert "**Confidential" in full


def test_times_are_local_with_the_zone_named_and_utc_beside(story):
    text = as_markdown(story, "en")

    assert "| Local time (Europe/Berlin) | UTC |" in text
    assert re.search(r"\| 23 May 2025, 14:06:00 \| 2025.?-05-23 12:06:00 \| INC-1/1 \|", text)


def test_other_languages_are_told_in_english(story):
    assert as_markdown(story, "fr") == as_markdown(story, "en")
    assert as_markdown(story, "de-AT") == as_markdown(story, "de")
