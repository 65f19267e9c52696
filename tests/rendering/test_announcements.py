"""What people hear who are called: the shipped announcements as they are rendered."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.model.notice import ContactPoint
from broadcast.model.situation import Situation
from broadcast.rendering import length
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import sample_facts
from broadcast.rendering.speech import seconds, words
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
EVERYTHING = [*product(Situation, LOCALES, AUDIENCES)]
WORKS = frozenset(situation for situation in Situation if sample_facts(situation).phase.maintenance)
EXERCISES = [each for each in EVERYTHING if each[0] not in WORKS]  # announced work is never an exercise
DOWN = (Situation.INVESTIGATING, Situation.IDENTIFIED, Situation.UPDATE, Situation.DOWN_AGAIN)


def called(about: Situation, locale: str, audience: str = "customers", **changes: Any) -> Rendered:
    if "message" in changes:
        changes["wording"] = ()
    facts = replace(sample_facts(about), **changes)
    return RENDERER.render(facts, audience, locale, ChannelKind.VOICE)


@for_every(("situation", "locale", "audience"), EVERYTHING)
def test_every_announcement_is_short(situation, locale, audience):
    driving = audience == "field"
    text = called(situation, locale, audience, **({"message": None} if driving else {})).message.text
    corrected = words(sample_facts(situation).worded("correction", locale) or "") if driving else 0

    assert words(text) - corrected <= (20 if driving else 40), text
    assert seconds(text) <= 25, text


@for_every(("situation", "locale", "audience"), EVERYTHING)
def test_no_announcement_says_what_nobody_can_note(situation, locale, audience):
    text = called(situation, locale, audience).message.text

    assert not any(mark in text for mark in ("muster.example", "hilfe", "INC", "(", "[", "@", "\n")), text
    assert "Vorgang" not in text or audience not in {"customers", "field"}
    assert "0 3 0, 2 3" not in text or audience != "field", "a driver cannot write a number down"


@for_every(("situation", "locale", "audience"), EVERYTHING)
def test_every_announcement_says_that_a_machine_speaks(situation, locale, audience):
    opening = called(situation, locale, audience).message.text.split(". ")
    first = opening[1] if opening[0] in {"Übung", "Exercise"} else opening[0]

    assert ("automatische Ansage" if locale == "de" else "automated message") in first


@pytest.mark.parametrize(("situation", "locale"), [*product(DOWN, LOCALES)])
def test_the_hotline_is_said_digit_by_digit(situation, locale):
    assert "0 3 0, 2 3, 1 2, 5 0, 0 0" in called(situation, locale).message.text


@pytest.mark.parametrize(("situation", "locale"), [*product(DOWN, LOCALES)])
def test_without_a_hotline_another_way_is_named_and_no_address_is_spelled(situation, locale):
    mailbox = ContactPoint("email", "hilfe@muster.example")
    text = called(situation, locale, hotline=None, alternatives=(mailbox,)).message.text

    assert ("per e-mail" if locale == "de" else "by e-mail") in text.casefold()
    assert " at muster" not in text


@for_every(("situation", "locale", "audience"), EXERCISES)
def test_an_exercise_says_so_once_first_and_once_last(situation, locale, audience):
    text = called(situation, locale, audience, drill=True).message.text
    word = "Übung." if locale == "de" else "Exercise."

    assert text.startswith(f"{word} Muster")
    assert text.endswith(f" {word}")
    assert text.count(word) == 2, text


@for_every(("situation", "locale"), [*product([each for each in Situation if each not in WORKS], LOCALES)])
def test_outsiders_hear_of_no_outage_in_an_exercise(situation, locale):
    text = called(situation, locale, drill=True, message=None).message.text
    wrong = (
        "Behoben",
        "gestört:",
        "Geht w",
        "ntschuldig",
        "Kiel",
        "Fixed",
        "own:",
        "orking",
        "sorry",
        "Korrektur",
    )

    assert [word for word in wrong if word in text] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_commanders_words_are_worth_more_seconds(locale):
    message = ("Der Lieferant meldet sich. " * 9).strip()
    rendered = called(Situation.UPDATE, locale, message=message)

    assert message in rendered.message.text
    assert length.SPEECH_WISHED < rendered.units.units <= length.SPEECH_MOST


def test_a_long_speech_is_shortened_but_never_its_numbers():
    rendered = called(Situation.UPDATE, "de", message="Lange Rede. " * 200)

    assert "message" in rendered.dropped
    assert rendered.units.units <= length.SPEECH_MOST
    assert "0 3 0, 2 3, 1 2, 5 0, 0 0" in rendered.message.text
    assert str(rendered.units).endswith("of 60 seconds of speech")


def test_what_cannot_be_shortened_is_refused_with_the_arithmetic():
    with pytest.raises(TooLong, match=r"of 60 seconds of speech"):
        called(Situation.UPDATE, "de", hotline="Muster Handel und Söhne " * 60)


def test_the_preview_counts_what_is_nearer_to_its_limit():
    assert str(called(Situation.UPDATE, "de").units) == "38 of 40 spoken words"
