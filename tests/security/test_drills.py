"""A drill can be taken for nothing else, and reaches nobody who is not meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.model.message import Message
from broadcast.rendering.drill import visible, with_drill_word, with_drill_word_in_html
from tests.security.hostile_texts import SAMPLE

WORDS = {"de": "ÜBUNG", "en": "EXERCISE"}
#: Texts that come close to being with_drill_word.
NEARLY = st.lists(
    st.sampled_from(
        [
            "ÜBUNG",
            "EXERCISE",
            "ÜBUNGEN",
            "ÜBUNGSLEITER",
            "VORÜBUNG",
            "-",
            " ",
            "[",
            "]",
            "(",
            ".",
            "*",
            "\n",
            "x",
            "ü",
        ]
    ),
    min_size=1,
    max_size=8,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(NEARLY, st.text(min_size=1)), st.sampled_from(sorted(WORDS.values())))
def test_the_first_and_the_last_word_of_a_drill_say_what_it_is(text, word):
    shown = with_drill_word(text, word)

    assert_marked(shown, word)
    assert text in shown


@settings(max_examples=200, deadline=None)
@given(st.one_of(NEARLY, st.text(min_size=1)), st.sampled_from(sorted(WORDS.values())))
def test_a_page_of_a_drill_begins_and_ends_with_what_it_is(text, word):
    from html import escape

    body = f"<html><head><title>{word}</title></head><body class=x><p>{escape(text)}</p></body></html>"

    assert_marked(visible(with_drill_word_in_html(body, word)), word)


def assert_marked(text: str, *words: str) -> None:
    one = "|".join(words)
    bare = text.strip()
    assert re.match(rf"[\[(* ]*(?:{one})(?![\w-])", bare), text
    assert re.search(rf"(?<![\w-])(?:{one})[\]). *]*\Z", bare), text


def shown(html: str) -> str:
    """What a reader sees of a page: the mark is written as a word, and the style sheet shows capitals."""
    assert re.search(r"\.exercise \{[^}]*text-transform: uppercase", html) or 'class="exercise"' not in html
    mark = re.compile(r'(?<=<td class="exercise">)[^<]+')
    return visible(mark.sub(lambda found: found[0].upper(), html))


def drill(company, *arguments):
    return company.run("notify", "--drill", "--yes", "-o", "json", *arguments)


@pytest.mark.parametrize(
    "text", [*SAMPLE[:6], "ÜBUNGSLEITER fehlt", "EXERCISES fail", "echter Notfall"], ids=ascii
)
def test_every_text_that_reaches_a_person_is_marked(muster, text):
    assert drill(muster, "-v", f"scope={text}", "-m", f" {text}", "--", text).code == 0

    texts = [each for one in muster.received() for each in (one.subject, one.text) if each]
    assert len(texts) >= 5
    for part in texts:
        assert_marked(part, *WORDS.values())
    for one in muster.received():
        if one.html:
            assert_marked(shown(one.html), *WORDS.values())


def test_a_drill_is_published_nowhere_outside_the_sandbox(muster):
    for command in (("notify", "--drill", "Chat"), ("update", "-m", "Weiter", "INC-1"), ("retry", "INC-1")):
        muster.run(*command, *(() if command[0] == "retry" else ("--yes",)))
    muster.run("resolve", "--yes", "INC-1")

    assert {one.provider for one in muster.received()} == {"sendgrid", "smtp", "twilio", "slack", "teams"}
    assert not [one for one in muster.sandbox.requests if one.provider in {"x", "statuspage"}]


def test_a_drill_cannot_be_published_by_asking_for_it(muster):
    said = drill(muster, "--channel", "x", "--channel", "page", "Chat")

    assert said.code == 3
    assert muster.sandbox.requests == []


def test_a_drill_stays_off_the_public_page(muster):
    muster.notify("Echt", "--channel", "site")
    front = (muster.folder / "public" / "index.html").read_text()

    drill(muster, "--channel", "site", "Geprobt")

    assert (muster.folder / "public" / "index.html").read_text() == front
    assert "Geprobt" not in front


@pytest.mark.parametrize(
    "denial",
    [
        "This is not a drill",
        "Dies ist keine Übung!",
        "kein Test",
        "NOT AN EXERCISE",
        "this isn't a drill",
        "not  a\ndrill",
    ],
)
def test_a_drill_cannot_say_that_it_is_none(muster, denial):
    muster.write("den/de/customers/drill/sms.txt.j2", "{{ message }} {{ mark }}")
    muster.configure(templates="den")

    said = drill(muster, "-m", denial, "Chat")

    assert said.code == 7
    assert muster.received() == []


def test_nothing_that_is_not_live_is_sent_by_any_verb(muster):
    muster.notify("Chat", "--deadline", "0s")
    muster.run("notify", "Zweitens", "--key", "k", "--yes", "--deadline", "0s")
    sent = len(muster.received())
    muster.configure(live=False)

    for command in (
        ("notify", "Neu", "--yes"),
        ("update", "INC-1", "-m", "x", "--yes"),
        ("resolve", "INC-1", "--yes"),
        ("retry", "INC-1"),
        ("retry", "INC-2"),
        ("notify", "Zweitens", "--key", "k", "--yes"),
    ):
        muster.run(*command)

    assert len(muster.received()) == sent


def test_a_value_cannot_bring_along_another_slot():
    message = Message(
        locale="de",
        text="\ue000a\ue001 \ue000b\ue001",
        subject=None,
        html="<p>\ue000a\ue001</p>",
        slots=("a", "b"),
    )

    filled = message.personal({"a": "\ue000b\ue001<", "b": "\ue000a\ue001"})

    assert filled.text == "\ue000b\ue001< \ue000a\ue001"
    assert filled.html == "<p>\ue000b\ue001&lt;</p>"
