"""What people hear who are called: the shipped announcements as they are rendered."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.model.notice import Alternative, TextPhase
from broadcast.rendering.length import SPEECH_WISHED
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Rendered, Renderer
from tests.rendering.facts import SHIPPED, facts

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
ENDS = (TextPhase.MONITORING, TextPhase.RESOLVED, TextPhase.RETRACTION)


def called(about: TextPhase, locale: str, audience: str = "customers", **changes: Any) -> Rendered:
    if "message" in changes:
        changes["wording"] = ()
    return RENDERER.render(replace(facts(about), **changes), audience, locale, ChannelKind.VOICE)


@pytest.mark.parametrize(("phase", "locale", "audience"), [*product(TextPhase, LOCALES, AUDIENCES)])
def test_every_call_is_short_and_speaks_no_link(phase, locale, audience):
    rendered = called(phase, locale, audience)

    assert rendered.units.units <= SPEECH_WISHED
    assert rendered.units.limit == SPEECH_WISHED
    assert "muster.example" not in rendered.message.text
    assert "I N C 7." in rendered.message.text


@pytest.mark.parametrize(("locale", "number"), [*product(LOCALES, ("0 3 0, 2 3, 1 2, 5 0, 0 0",))])
def test_the_hotline_is_said_digit_by_digit(locale, number):
    assert number in called(TextPhase.INVESTIGATING, locale).message.text


@pytest.mark.parametrize("locale", LOCALES)
def test_without_a_hotline_another_way_is_named(locale):
    mailbox = Alternative("email", "hilfe@muster.example")
    text = called(TextPhase.INVESTIGATING, locale, hotline=None, alternatives=(mailbox,)).message.text

    assert ("hilfe at muster Punkt example" if locale == "de" else "hilfe at muster dot example") in text


@pytest.mark.parametrize(("phase", "locale"), [*product(TextPhase, LOCALES)])
def test_people_on_the_road_hear_first_what_to_do(phase, locale):
    text = called(phase, locale, "field", message=None).message.text.replace("e-mail", "mail")
    instruction = ("Weiter", "Bitte", "Please", "Carry")
    after_the_greeting = text.split(". ")[1]

    assert after_the_greeting.startswith(instruction)


@pytest.mark.parametrize(("phase", "locale", "audience"), [*product(TextPhase, LOCALES, AUDIENCES)])
def test_an_exercise_says_so_first_and_last(phase, locale, audience):
    text = called(phase, locale, audience, drill=True).message.text
    word = "ÜBUNG" if locale == "de" else "EXERCISE"

    assert text.startswith(word)
    assert text.endswith(word)


@pytest.mark.parametrize(("phase", "locale", "audience"), [*product(ENDS, LOCALES, AUDIENCES)])
def test_the_end_of_an_exercise_neither_repairs_nor_regrets_anything(phase, locale, audience):
    text = called(phase, locale, audience, drill=True, message=None).message.text
    wrong = ("Behoben", "Geht wieder", "ntschuldig", "Fixed", "Working again", "sorry", "Korrektur")

    assert [word for word in wrong if word in text] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_commanders_words_are_worth_half_a_minute_more(locale):
    words = ("Der Lieferant meldet sich. " * 9).strip()
    rendered = called(TextPhase.UPDATE, locale, message=words)

    assert words in rendered.message.text
    assert SPEECH_WISHED < rendered.units.units <= 60


def test_a_long_speech_is_shortened_but_never_its_numbers():
    rendered = called(TextPhase.UPDATE, "de", message="Lange Rede. " * 200)

    assert "message" in rendered.dropped
    assert rendered.units.units <= 60
    assert "0 3 0, 2 3, 1 2, 5 0, 0 0" in rendered.message.text
    assert str(rendered.units).endswith("of 60 seconds of speech")


def test_what_cannot_be_shortened_is_refused_with_the_arithmetic():
    with pytest.raises(TooLong, match=r"of 60 seconds of speech"):
        called(TextPhase.UPDATE, "de", hotline="Muster Handel und Söhne " * 60)
