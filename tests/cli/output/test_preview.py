"""What is shown before the question: short, with customers' texts and the weightiest warning last."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadcast.cli.output.page_blocks import Banner, Line, Quote, Remark, plain
from broadcast.cli.output.plain_text import as_narrow_text, as_text
from broadcast.cli.output.preview import preview_page
from broadcast.model.notice import NoticeKind
from broadcast.publishing.preview import Preview, TextPreview
from tests.harness.program import ROOT, run

ADDED = "added by the template"
BERLIN = ZoneInfo("Europe/Berlin")
MAIL = "\n".join(f"Line {number} of the mail." for number in range(1, 21))


def text(audience: str, kind: str, recipients: int, words: str = MAIL, locale: str = "de") -> TextPreview:
    subject = f"Subject for {audience}" if kind == "email" else None
    return TextPreview(
        audience=audience,
        locale=locale,
        kind=kind,
        subject=subject,
        text=words,
        size="1 of 2 characters",
        recipients=recipients,
    )


def shown(*texts: TextPreview, everything: bool = False):
    preview = Preview(
        incident="INC-7",
        sequence=1,
        kind=NoticeKind.INITIAL,
        title="Checkout down",
        drill=False,
        sandbox=False,
        people=sum(one.recipients for one in texts),
        posts=(),
        audiences=(),
        texts=texts,
        unreachable=(),
        barred=(),
        sms_parts=0,
        cost=None,
        next_update=None,
        warnings=("the least", "the weightiest"),
    )
    return preview_page(preview, BERLIN, everything=everything)


def test_staffs_texts_are_one_line_each_and_what_most_customers_read_stands_last():
    page = shown(
        text("customers", "email", 500),
        text("agents", "email", 14),
        text("customers", "sms", 41, "Checkout down. Call us."),
        text("executives", "sms", 3, "SEV1\n\nCheckout down."),
    )

    quotes = [block for block in page if isinstance(block, Quote)]
    assert [quote.title.split(",")[1] for quote in quotes] == [
        " de: sms to 41 people",
        " de: email to 500 people",
    ]
    assert quotes[1].text.splitlines()[:2] == ["Subject for customers", ""]
    assert quotes[1].text.endswith("... and 17 more lines")
    said = [f"{block.kind}: {block.text}" for block in page if isinstance(block, Remark)]
    assert "agents, de: email to 14 people: Subject for agents" in said
    assert "executives, de: sms to 3 people: SEV1 Checkout down." in said
    banner = next(place for place, block in enumerate(page) if isinstance(block, Banner))
    assert max(page.index(quote) for quote in quotes) < banner
    assert [block.text for block in page[-2:]] == ["the least", "the weightiest"]


def test_sentences_that_nobody_typed_are_named_for_those_who_are_nearest_and_counted_for_others():
    customers = replace(text("customers", "email", 500), added=("We are sorry.", "We are looking."))
    again = replace(text("customers", "sms", 41), added=("We are sorry.", "All is fine."))
    agents = replace(text("agents", "email", 14), added=("Do not promise.", "Ask Anna."))

    few = [block.text for block in shown(customers, again, agents) if getattr(block, "kind", "") == ADDED]
    whole = shown(customers, again, agents, everything=True)

    assert few == ["customers, de: We are sorry. We are looking. All is fine.", "agents: 2 sentences"]
    assert f"{ADDED}: agents, de: Do not promise. Ask Anna." in as_text(whole)


def test_with_verbose_every_text_is_whole():
    texts = (text("customers", "email", 5), text("agents", "email", 1), text("agents", "sms", 0, "Backup."))

    page = as_text(shown(*texts, everything=True))

    assert page.count("Line 20 of the mail.") == 2
    assert "agents, de: sms if others fail" in page
    assert "--verbose" not in page


@pytest.mark.parametrize(("count", "said"), [(1, "1 more text for"), (2, "2 more texts for")])
def test_one_is_singular_in_every_count(count, said):
    spare = [text(f"team{number}", "sms", 0) for number in range(count)]

    page = shown(text("customers", "email", 1), *spare)

    lines = [plain(word) for block in page if isinstance(block, Line) for word in block.words]
    assert any(one.startswith(said) for one in lines)
    assert "to 1 person" in as_text(page)
    assert not re.search(r"\b1 (people|persons|texts|rows|lines|parts)\b", as_text(page))


def test_many_languages_do_not_drown_the_question():
    texts = [
        text("customers", kind, 10, locale=f"l{number}") for number in range(12) for kind in ("email", "page")
    ]

    assert len(as_text(shown(*texts)).splitlines()) < 80
    assert sum(isinstance(block, Quote) for block in shown(*texts)) <= 4


def test_narrow_screens_break_no_word():
    narrow = as_narrow_text(shown(text("customers", "email", 500)), 40)

    assert all(len(one) <= 40 for one in narrow.splitlines())
    assert "*** LIVE ***" in narrow


@pytest.fixture
def company(tmp_path) -> Path:
    return shutil.copytree(ROOT / "examples" / "company", tmp_path / "company")


def test_the_example_company_is_read_on_one_screen(company):
    outcome = run(
        company, "--sandbox", "notify", "Chat down", "-s", "sev2", "-m", "Please call.", "--dry-run"
    )

    lines = outcome.stdout.splitlines()
    assert outcome.returncode == 0, outcome.stderr
    assert len(lines) < 80
    assert sum("contacts check" in line for line in lines) == 1
    assert any(line.startswith("warning: 6 rows of customers-de.csv cannot be used") for line in lines)


def test_the_preview_and_its_json_name_what_a_template_adds_and_hint_at_hard_words(rehearse):
    words = ("notify", "Chat down", "--message", "Die Latenz ist hoch.", "--dry-run")
    page, data = rehearse(*words), json.loads(rehearse(*words, "-o", "json").stdout)

    assert f"{ADDED}: customers, en: We are sorry." in page.stdout
    assert "warning: hard to read for many (de): Latenz (say: Wartezeit)" in page.stdout
    mails = [one for one in data["texts"] if (one["kind"], one["locale"]) == ("email", "en")]
    assert ["We are sorry." in one["added"] for one in mails if one["audience"] == "customers"] == [True]


def test_an_update_does_not_repeat_what_was_said_of_the_contacts(rehearse, rehearsal):
    people = rehearsal / "contacts" / "customers.csv"
    line = len(people.read_text(encoding="utf-8").splitlines()) + 1
    with people.open("a", encoding="utf-8") as rows:
        rows.write("c-9001,Broken Row,no-address,,de,\n")
    said = f"1 row of customers.csv cannot be used (first: line {line}), so these people get nothing"

    first = rehearse("notify", "Chat down", "--yes")
    again = [rehearse("update", "INC-1", "-m", f"News {number}.", "--yes") for number in (1, 2)]
    with people.open("a", encoding="utf-8") as rows:
        rows.write("c-9002,Broken Row,neither,,de,\n")
    changed = rehearse("update", "INC-1", "-m", "More.", "--yes")

    assert f"warning: {said}: broadcast contacts check\n" in first.stderr
    assert all("contacts check" not in one.stderr for one in again)
    assert "warning: 2 rows of customers.csv cannot be used" in changed.stderr
