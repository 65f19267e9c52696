"""Answers in words: short, in the cheap alphabet, the organisation first."""

from __future__ import annotations

import pytest

from broadcast.inbound.inbox import Said, Taken
from broadcast.inbound.words import PHRASES, AnswerWords
from broadcast.model.channel import ChannelKind
from broadcast.rendering.sms import Encoding, measure

WRITTEN = [said for said in Said if said is not Said.NOTHING]
SPOKEN = [said for said in WRITTEN if said not in {Said.STARTED, Said.RECEIVED, Said.AGAIN}]
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


def test_a_person_whose_language_is_not_known_reads_that_of_the_organisation():
    text = AnswerWords("Muster Handel", "en-GB").text(Taken(said=Said.NO_QUESTION), ChannelKind.SMS)

    assert text == "Muster Handel: Thank you. There is no open question for you."
