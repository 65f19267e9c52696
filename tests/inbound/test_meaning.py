"""What people mean by what they write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.inbound.meaning import Meaning, understand


@pytest.mark.parametrize(
    "text",
    [
        *(
            "STOP",
            "stop",
            "Stop.",
            "Stopp!",
            "STOPP!!!",
            " stop \n",
            "Stop bitte",
            "„Stop“",
            "stop 🙏",
            "ＳＴＯＰ",
        ),
        *("Abmelden", "ABMELDEN.", "abbestellen", "Unsubscribe", "STOPALL", "cancel", "quit", "Kündigen"),
        *("STOP 12345", "Stopp, keine SMS mehr", "stop please"),
    ],
)
def test_a_wish_to_get_no_more_messages_is_understood(text):
    assert understand(text).meaning is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Ja",
            "ja!",
            "JA.",
            "Ja, bin dran",
            "ok",
            "OK 👍",
            "👍",
            "yes",
            "Y",
            "1",
            "bestätigt",
            "Verstanden.",
        ),
        *("ja ich komme", "Übernehme"),
    ],
)
def test_a_confirmation_is_understood(text):
    assert understand(text).meaning is Meaning.YES


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *(("nein", Meaning.NO), ("No.", Meaning.NO), ("9", Meaning.NO)),
        *(("5", Meaning.FORWARD), ("weiter", Meaning.FORWARD), ("START", Meaning.START)),
    ],
)
def test_other_answers_are_understood(text, meaning):
    assert understand(text).meaning is meaning


@pytest.mark.parametrize(
    "text",
    [
        *("No problem, on it", "no worries"),
        *("", "   ", "?!", "Wann geht es wieder?", "Bitte stoppen Sie das", "End of my shift is at six"),
        *("Stop! In the name of love, before you break my heart", "Janine hier", "okra", "12"),
        "Ja aber ich weiß nicht ob ich heute noch kommen kann",
    ],
)
def test_anything_else_is_for_people_to_read(text):
    assert understand(text).meaning is Meaning.OTHER


@pytest.mark.parametrize(
    ("text", "option"), [("rot", "rot"), ("R", "rot"), ("2", "blau"), ("Blau!", "blau"), ("g", "")]
)
def test_an_option_is_chosen_by_its_name_its_letter_or_its_number(text, option):
    assert understand(text, ("rot", "blau", "grün", "gelb")).option == option


def test_an_option_goes_before_a_word_for_yes():
    assert understand("ja", ("ja", "nein")).meaning is Meaning.OPTION
    assert understand("1", ("ja", "nein")).option == "ja"


def test_stop_goes_before_an_option():
    assert understand("stop", ("stop", "go")).meaning is Meaning.STOP


LONG = (
    "Ja, auf die Ersatzleitung umschalten",
    "Nein, auf München warten",
    "Später entscheiden",
    "<b>Köln</b> & Bonn",
)


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        (("1", "Ja, auf die Ersatzleitung umschalten", "ja auf", "ja", "ok 👍", "👍🏽", "yes"), 1),
        (("2 bitte", "NEIN, AUF MÜNCHEN WARTEN!", "nein", "n", "-1", "👎", "No."), 2),
        (("3", "später", "s", "Später, ok?", "Später entscheiden bitte"), 3),
        (("4", "<b>Köln</b> & Bonn", "b", "B Köln"), 4),
        (("9", "Köln", "vielleicht", "ja aber ich weiß nicht so recht", "STOP"), None),
    ],
)
def test_free_options_are_chosen_by_words_beginnings_numbers_and_in_another_language(texts, number):
    found = {text: understand(text, LONG).option for text in texts}

    assert found == dict.fromkeys(texts, LONG[number - 1] if number else "")


def test_a_yes_that_is_no_option_answers_no_poll():
    assert understand("ja", ("rot", "blau")).meaning is Meaning.OTHER
    assert understand("nein", ("rot", "blau")).meaning is Meaning.NO


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (
            "Ja\n> Muster intern INC-7: Chat gestört. Übernehmen Sie? Antwort: JA, WEITER oder NEIN.",
            Meaning.YES,
        ),
        (
            "Nein danke\n\nAm 4. Mai 2026 um 14:03 schrieb Muster Handel <status@muster.example>:\n> Ja?",
            Meaning.NO,
        ),
        ("weiter\n-----Ursprüngliche Nachricht-----\nVon: Muster", Meaning.FORWARD),
        (
            "On Mon, May 4, 2026 at 2:03 PM Muster <a@b.example> wrote:\n> Answer YES, PASS or NO.",
            Meaning.OTHER,
        ),
        ("> Antwort: JA", Meaning.OTHER),
        ("Gefällt „Übernehmen Sie? Antwort: JA, WEITER oder NEIN.“", Meaning.OTHER),
        ("👍 to “Can you take it? Answer YES, PASS or NO.”", Meaning.OTHER),
        ("Ich glaube ja", Meaning.OTHER),
        ("Nein danke", Meaning.NO),
        ("Danke, ja", Meaning.OTHER),
        ("✅", Meaning.YES),
        ("👍👍", Meaning.YES),
        ("👍🏿", Meaning.YES),
        ("✔️", Meaning.YES),
        ("❌", Meaning.NO),
        ("+1", Meaning.YES),
        ("-1", Meaning.NO),
    ],
)
def test_what_a_message_quotes_is_no_answer_and_signs_are(text, meaning):
    assert understand(text).meaning is meaning


@given(st.text())
def test_any_text_has_a_meaning(text):
    assert understand(text, ("ja", "nein")).meaning in Meaning
