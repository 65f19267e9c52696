from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.model.notice import Alternative, TextPhase
from broadcast.rendering.length import SPEECH_WISHED
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.speech import seconds, spoken
from broadcast.rendering.words import ENGLISH, GERMAN
from tests.rendering.facts import SHIPPED, facts

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
CORE = (
    "Stand 14 Uhr 5. Gestört seit 13 Uhr 40: Chat und E-Mail. Bestellen und Bezahlen geht. "
    "Wir arbeiten an der Lösung. Die nächste Information gibt es um 14 Uhr 35."
)
ENDS = (TextPhase.MONITORING, TextPhase.RESOLVED, TextPhase.RETRACTION)


def called(about: TextPhase, locale: str, audience: str = "customers", **changes: Any) -> Rendered:
    if "message" in changes:
        changes["wording"] = ()
    return RENDERER.render(replace(facts(about), **changes), audience, locale, ChannelKind.VOICE)


@pytest.mark.parametrize(
    ("written", "german", "english"),
    [
        ("seit 14:20 Uhr.", "seit 14 Uhr 20.", "seit 2:20 pm."),
        ("14:00: Chat", "14 Uhr: Chat", "2 pm: Chat"),
        ("08:05", "8 Uhr 5", "8:05 am"),
        ("0:10 12:00", "0 Uhr 10 12 Uhr", "12:10 am 12 pm"),
        ("13:40-14:22 Uhr", "13 Uhr 40 bis 14 Uhr 22", "1:40 pm to 2:22 pm"),
        ("So 16.11. 13:40", "Sonntag 16. November 13 Uhr 40", "Sunday 16 November 1:40 pm"),
        ("Sun 16 Nov", "Sonntag 16. November", "Sunday 16 November"),
        ("am 3.4.2026", "am 3. April 2026", "am 3 April 2026"),
        ("Tel. 030 23125000.", "Tel. 0 3 0, 2 3, 1 2, 5 0, 0 0.", "Tel. 0 3 0, 2 3, 1 2, 5 0, 0 0."),
        ("+49 30 1234567", "plus 4 9, 3 0, 1 2, 3 4, 5 6, 7", "plus 4 9, 3 0, 1 2, 3 4, 5 6, 7"),
        ("INC-42", "I N C 4 2", "I N C 4 2"),
        ("[INC-7/12]", "I N C 7, 1 2", "I N C 7, 1 2"),
        ("SEV1", "Schweregrad 1", "severity 1"),
        ("https://status.muster.example/i/7?x=1.", "eine Internetseite.", "a web page."),
        ("www.muster.example", "eine Internetseite", "a web page"),
        ("hilfe@muster.example", "hilfe at muster Punkt example", "hilfe at muster dot example"),
        ("R&D", "R und D", "R and D"),
        ("Offen:\n- Chat\n- Telefon", "Offen: Chat, Telefon", "Offen: Chat, Telefon"),
        ("🚨 *Achtung* <b>", "Achtung b", "Achtung b"),
        ("10:11:12 25:99 1.2.3 2 500", "10:11:12 25:99 1.2.3 2 500", "10:11:12 25:99 1.2.3 2 500"),
    ],
)
def test_what_is_written_is_said_as_people_say_it(written, german, english):
    assert (spoken(written, GERMAN), spoken(written, ENGLISH)) == (german, english)


def test_a_persons_own_words_still_find_their_place():
    slot = f"{SLOT_OPEN}first_name{SLOT_CLOSE}"

    assert spoken(f"Guten Tag {slot}.", GERMAN) == f"Guten Tag {slot}."


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("Muster Handel, automatische Ansage.", 2.8),
        ("Zurzeit ist keine Störung bekannt. Alle Dienste laufen.", 4.2),
        (CORE, 14.6),
    ],
)
def test_the_estimate_is_close_to_what_espeak_took(text, measured):
    assert abs(seconds(text) - measured) < 1.5


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
