"""Gather, as the platform in tests plays it: what is input, when it is sent, and what comes without it."""

from __future__ import annotations

import pytest

from tests.harness.conftest import ENTRY, ORIGIN
from tests.harness.telephone import Ending, HangUp, Press, Silence, Speak

MENU = '<Say language="de-DE">eins zwei drei vier fünf sechs sieben acht neun zehn</Say>'  # four seconds
NEXT = "<Say language='de-DE'>weiter</Say><Hangup/>"


def gather(attributes: str, then: str = "<Say language='de-DE'>niemand</Say>", prompt: str = MENU) -> str:
    return f'<Gather action="/next" {attributes}>{prompt}</Gather>{then}'


@pytest.fixture
def menu(served):
    """Return what happens with a Gather: the fields that were posted, and the call."""

    async def play(attributes: str, *script, **settings):
        served.pages |= {ENTRY: gather(attributes), "/next": NEXT}
        call = await served.platform(**settings).call(*script)
        return (served.forms("/next") or [{}])[0], call

    return play


async def test_a_key_ends_the_input_if_there_are_enough(menu):
    form, call = await menu('numDigits="1"', Press("3"))

    assert (form["Digits"], form["msg"]) == ("3", "Gather End")
    assert "SpeechResult" not in form
    assert call.seconds == pytest.approx(4 + 1 + 0.4)
    assert call.notes == []


async def test_keys_are_sent_after_the_timeout(menu):
    form, call = await menu('timeout="7"', Press("123"))

    assert form["Digits"] == "123"
    assert call.seconds == pytest.approx(4 + 1 + 0.6 + 7 + 0.4)


async def test_a_key_works_from_the_first_word_and_ends_the_prompt(menu):
    form, call = await menu('numDigits="1"', Press("2", after=1.0))

    assert form["Digits"] == "2"
    assert not call.heard[0].whole
    assert call.seconds == pytest.approx(1.4)


async def test_the_hash_ends_the_input_by_default_and_is_not_part_of_it(menu):
    form, _ = await menu("", Press("12#"))

    assert (form["Digits"], form["FinishedOnKey"]) == ("12", "#")


async def test_the_hash_alone_is_no_input(menu):
    form, call = await menu('numDigits="1"', Press("#"))

    assert form == {}
    assert call.said().endswith("niemand")
    assert call.notes


async def test_the_hash_is_a_key_like_others_if_nothing_finishes(menu):
    form, _ = await menu('numDigits="1" finishOnKey=""', Press("#"))

    assert form["Digits"] == "#"


async def test_a_star_can_finish(menu):
    form, _ = await menu('finishOnKey="*"', Press("4#*"))

    assert form["Digits"] == "4#"


async def test_keys_after_a_complete_input_are_lost(menu):
    form, call = await menu('numDigits="1"', Press("198"))

    assert form["Digits"] == "1"
    assert [one.text for one in call.notes] == ["keys 98 are lost: the input was complete"]


async def test_silence_goes_on_with_the_next_verb(menu, served):
    form, call = await menu('timeout="3"')

    assert form == {}
    assert call.said().splitlines()[-1] == "niemand"
    assert call.seconds == pytest.approx(4 + 3 + 0.4)
    assert served.paths() == [ENTRY]


async def test_silence_is_sent_if_asked_for(menu):
    form, call = await menu('actionOnEmptyResult="true"', Silence())

    assert form["Digits"] == ""
    assert call.said().splitlines()[-1] == "weiter"


async def test_the_hash_alone_is_an_empty_result_too(menu):
    form, _ = await menu('actionOnEmptyResult="true"', Press("#"))

    assert form["Digits"] == ""


async def test_speech_counts_only_if_asked_for(menu):
    form, call = await menu("", Speak("mensch"))

    assert form == {}
    assert call.notes


async def test_keys_count_only_if_asked_for(menu):
    form, call = await menu('input="speech" language="de-DE"', Press("0"))

    assert form == {}
    assert call.notes


async def test_speech_is_sent_as_it_was_understood(menu):
    said = "ich möchte einen menschen sprechen & zwar <jetzt>"
    form, _ = await menu('input="dtmf speech" language="de-DE"', Speak(said, confidence=0.7))

    assert (form["SpeechResult"], form["Confidence"], form["Language"]) == (said, "0.7", "de-DE")
    assert "Digits" not in form


async def test_keys_count_beside_speech(menu):
    form, _ = await menu('input="dtmf speech" numDigits="1" language="de-DE"', Press("0"))

    assert form["Digits"] == "0"
    assert "SpeechResult" not in form


async def test_speech_that_was_not_understood_is_silence(menu):
    form, _ = await menu('input="speech" language="de-DE"', Speak(" "))

    assert form == {}


async def test_speech_interrupts_unless_it_may_not(menu):
    _, call = await menu('input="speech" language="de-DE"', Speak("ja", after=1.0))
    assert not call.heard[0].whole

    _, call = await menu('input="speech" language="de-DE" bargeIn="false"', Speak("ja", after=1.0))
    assert call.heard[0].whole


async def test_speech_is_cut_after_a_minute(menu):
    form, call = await menu('input="speech" speechTimeout="auto" language="de-DE"', Speak("bla " * 1000))

    assert len(form["SpeechResult"].split()) == 150
    assert call.seconds == pytest.approx(4 + 1 + 60 + 1 + 0.4)


async def test_speech_in_no_language_is_noted(menu):
    _, call = await menu('input="speech"', Speak("yes"))

    assert any("American English" in one.text for one in call.notes)


async def test_too_many_hints_are_a_warning(menu):
    _, call = await menu(f'input="speech" language="de-DE" hints="{"wort," * 501}"', Speak("ja"))

    assert [one.code for one in call.warnings] == [13330]


async def test_who_acts_too_late_has_said_nothing(menu):
    form, call = await menu('timeout="2"', Press("1", after=10.0))

    assert form == {}
    assert any("too late" in one.text for one in call.notes)


async def test_a_caller_who_hangs_up_during_the_prompt_sends_nothing(menu, served):
    _, call = await menu('numDigits="1"', HangUp(after=2))

    assert call.ending is Ending.HUNG_UP_BY_CALLER
    assert served.paths() == [ENTRY]


async def test_the_next_action_of_a_person_is_for_the_next_prompt(served):
    served.pages |= {
        ENTRY: gather('numDigits="1"'),
        "/next": '<Gather numDigits="1" action="/last"><Pause/></Gather>',
        "/last": "<Hangup/>",
    }

    await served.platform().call(Silence())
    assert served.forms("/last") == []

    await served.platform().call(Press("1"), Press("2"))
    assert served.forms("/last")[0]["Digits"] == "2"


async def test_a_gather_without_action_asks_for_the_same_document(served):
    served.pages[ENTRY] = f'<Gather numDigits="1">{MENU}</Gather>'

    call = await served.platform().call(Press("1"), Press("1"), HangUp())

    assert served.paths() == [ENTRY] * 3
    assert [form.get("Digits") for form in served.forms(ENTRY)] == [None, "1", "1"]
    assert any("asks for the same document again" in one.text for one in call.notes)


async def test_a_gather_can_ask_by_get(served):
    served.pages |= {ENTRY: '<Gather numDigits="1" action="/next?a=b" method="GET"/>', "/next": "<Hangup/>"}

    call = await served.platform().call(Press("1"))

    assert call.documents[1].url.startswith(f"{ORIGIN}/next?a=b&")
    assert served.requests[1][2]["Digits"] == "1"


async def test_loops_and_breaks_take_their_time(menu, served):
    served.pages[ENTRY] = '<Say language="de-DE" loop="3">a<break time="500ms"/></Say>'

    call = await served.platform().call()

    assert call.seconds == pytest.approx(3 * 0.9)
