"""Answers in words: short, in the cheap alphabet, the organisation first."""

from __future__ import annotations

import pytest

from broadcast.inbound.inbox import Said, Taken
from broadcast.inbound.language_of_number import language_of
from broadcast.inbound.words import PHRASES, AnswerWords
from broadcast.model.channel import ChannelKind
from broadcast.rendering.sms import Encoding, measure

WRITTEN = [said for said in Said if said is not Said.NOTHING]
ONLY_WRITTEN = {Said.STOPPED_ON_DUTY, Said.STARTED, Said.RECEIVED, Said.AGAIN, Said.CHOOSE, Said.USE_LINK}
SPOKEN = [said for said in WRITTEN if said not in ONLY_WRITTEN]
LANGUAGES = PHRASES.languages()


def taken(said: Said, locale: str = "de", option: str = "") -> Taken:
    return Taken(said=said, mark="INC-1234/12", locale=locale, option=option)


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("said", WRITTEN)
def test_an_answer_is_one_sms_in_the_cheap_alphabet_that_names_the_organisation(said, locale):
    words = AnswerWords("Muster Handel und Dienstleistungen GmbH", "de")

    text = words.text(taken(said, locale, "ja, ab 14 Uhr"), ChannelKind.SMS)

    assert text.startswith("Muster Handel und Dienstleistungen GmbH: ")
    assert (measure(text).encoding, measure(text).parts) == (Encoding.GSM7, 1)


@pytest.mark.parametrize("organisation", ["Verband " * 20, "Škoda Muster " * 5])
def test_a_name_that_would_cost_a_second_sms_is_left_out(organisation):
    text = AnswerWords(organisation, "de").text(taken(Said.CONFIRMED), ChannelKind.SMS)

    assert text == "Bestätigt, danke (INC-1234/12)."


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("said", SPOKEN)
def test_a_call_ends_with_a_goodbye_and_spells_no_reference(said, locale):
    text = AnswerWords("Muster Handel", "de").text(taken(said, locale, "ja"), ChannelKind.VOICE)

    assert text.endswith({"de": "Auf Wiederhören.", "en": "Goodbye."}[locale])
    assert "INC" not in text


def test_nothing_is_nothing():
    words = AnswerWords("Muster Handel", "de")

    assert {words.text(taken(Said.NOTHING), kind) for kind in ChannelKind} == {""}


@pytest.mark.parametrize(("locale", "first", "second"), [("en-GB", "en", "de"), ("de", "de", "en")])
def test_a_person_whose_language_is_not_known_is_answered_in_two_languages(locale, first, second):
    words = {
        "de": "Danke. Es ist gerade keine Frage an Sie offen.",
        "en": "Thank you. There is no open question for you.",
    }

    text = AnswerWords("Muster Handel", locale).text(Taken(said=Said.NO_QUESTION), ChannelKind.SMS)

    assert text == f"Muster Handel: {words[first]} / {words[second]}"


@pytest.mark.parametrize("said", [Said.NO_QUESTION, Said.RECEIVED, Said.STOPPED, Said.STARTED])
def test_what_a_stranger_is_answered_takes_two_sms_at_most(said):
    text = AnswerWords("Muster Handel", "de").text(Taken(said=said), ChannelKind.SMS)

    assert measure(text).parts <= 2
    assert (measure(text).encoding, text.startswith("Muster Handel: ")) == (Encoding.GSM7, True)


@pytest.mark.parametrize(
    ("number", "language"),
    [
        *(("+4915112345678", "de"), ("+436641234567", "de"), ("+41791234567", "de"), ("+4237901234", "de")),
        *(("+447700900123", "en"), ("+12025550123", "en"), ("+353851234567", "en")),
        *(("+33612345678", ""), ("+4206012345", ""), ("72404", ""), ("", "")),
    ],
)
def test_the_country_of_a_number_may_tell_the_language(number, language):
    assert language_of(number) == language
