"""What callers choose at the menu, silence, and words that nobody understands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.caller import Caller
from broadcast.hotline.effects import (
    BeginHandOver,
    EndCall,
    Heard,
    Outcome,
    Rate,
    SendLink,
    StopMessages,
)
from broadcast.model.call_document import Dial, HangUp
from broadcast.model.caller_context import CallerContext
from tests.hotline.telephone_call import (
    CALLER,
    MOBILE,
    begun,
    of_kind,
)


def test_key_1_repeats_the_state_three_times_then_a_person_is_offered_and_the_call_ends():
    call = begun()
    for _ in range(3):
        assert call.press("1").state.step is Step.REPEAT
        assert "Gestört seit 13 Uhr 40: Chat." in call.words

    assert call.press("1").state.step is Step.GOODBYE
    assert "Mit einem Menschen sprechen: die 0." in call.words
    assert isinstance(call.last.document[-1], HangUp)
    assert isinstance(call.press("0").document[-1], Dial)


def test_key_9_stops_messages_after_it_was_confirmed():
    call = begun()
    call.press("9")
    assert not of_kind(call, StopMessages)
    call.press("1")

    assert of_kind(call, StopMessages) == [StopMessages(number=MOBILE)]


def test_messages_to_a_withheld_number_cannot_be_stopped():
    call = begun(Caller())

    assert call.press("9").state.step is Step.MENU
    assert "unterdrückt" in call.words


@pytest.mark.parametrize("asked", ["2", "9"])
@pytest.mark.parametrize("answer", ["7", ""])
def test_what_was_not_confirmed_is_not_done(asked: str, answer: str):
    call = begun()
    call.press(asked)
    call.press(answer)

    assert call.last.state.step is Step.MENU
    assert not of_kind(call, SendLink) + of_kind(call, StopMessages)


def test_after_two_silences_a_person_is_rung():
    call = begun()

    assert call.stay_silent().state.step is Step.NUDGE
    assert isinstance(call.stay_silent().document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.SILENT)]


@pytest.mark.parametrize("key", ["5", "#", "7"])
def test_after_two_keys_without_a_meaning_a_person_is_rung(key: str):
    call = begun()

    assert call.press(key).state.step is Step.UNCLEAR
    assert isinstance(call.press(key).document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.UNCLEAR)]


def test_an_understood_key_forgets_the_misunderstanding_before():
    call = begun()
    call.press("7")
    call.press("1")

    assert call.press("7").state.step is Step.UNCLEAR


def test_speech_is_recorded_as_it_was_understood_and_cut():
    call = begun()
    call.say("nochmal bitte " + "x" * 100_000)
    heard = of_kind(call, Heard)[0]

    assert heard.intent == "repeat"
    assert len(heard.said) == 600


def test_a_typed_number_is_not_in_the_record_of_the_input():
    call = begun(Caller())
    call.press("2")
    call.press("015112345678")

    assert of_kind(call, Heard)[-1].pressed == ""


def test_in_danger_the_emergency_number_comes_first():
    call = begun()
    call.say("Hilfe, hier brennt es, Feuer")

    assert call.words.startswith("Bei Gefahr legen Sie bitte auf und wählen 1 1 2.")
    assert isinstance(call.last.document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.EMERGENCY)]


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("ich will mit einem Menschen sprechen", Topic.ASKED),
        ("das ist eine Frechheit", Topic.FRUSTRATED),
        ("schon wieder immer noch", Topic.FRUSTRATED),
    ],
)
def test_words_that_need_a_person_get_one(words: str, topic: Topic):
    call = begun()
    call.say(words)

    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=topic)]


@pytest.mark.parametrize(
    ("caller", "topic"),
    [
        (replace(CALLER, calls=3), Topic.REPEATED),
        (replace(CALLER, context=CallerContext(vip=True)), Topic.VIP),
    ],
)
def test_the_third_call_and_important_people_get_a_person_after_the_state(caller: Caller, topic: Topic):
    call = begun(caller)

    assert "Gestört seit 13 Uhr 40: Chat. Ich verbinde Sie" in call.words
    assert isinstance(call.last.document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=topic)]
    assert begun(caller, agents=()).last.state.step is Step.ANSWER


def test_an_important_person_is_rung_for_although_it_is_crowded():
    vip = replace(CALLER, context=CallerContext(vip=True))

    assert isinstance(begun(vip, overloaded=True).last.document[-1], Dial)
    assert begun(replace(CALLER, calls=3), overloaded=True).last.state.step is Step.CALL_BACK


def test_an_important_person_who_is_known_too_late_for_the_greeting_is_rung_for_all_the_same():
    vip = replace(CALLER, context=CallerContext(vip=True))
    call = begun(overloaded=True)
    call.caller = vip

    assert isinstance(call.press("0").document[-1], Dial)

    silent = begun(overloaded=True)
    silent.caller = vip
    silent.stay_silent()
    assert of_kind(silent, BeginHandOver) == [BeginHandOver(topic=Topic.VIP)]


@pytest.mark.parametrize("rating", ["1", "5"])
def test_a_call_can_be_rated(rating: str):
    call = begun()
    call.say("danke das war alles")
    call.press(rating)

    assert of_kind(call, Rate) == [Rate(rating=int(rating))]
    assert isinstance(call.last.document[-1], HangUp)


@pytest.mark.parametrize("rating", ["6", "9", "#"])
def test_what_is_no_rating_is_none(rating: str):
    call = begun()
    call.say("danke das war alles")
    call.press(rating)

    assert not of_kind(call, Rate)


def test_the_report_that_a_caller_hung_up_says_nothing():
    call = begun()
    call.request(ended=True)

    assert call.last.document == ()
    assert call.last.effects == (EndCall(outcome=Outcome.HUNG_UP),)


@pytest.mark.parametrize(
    ("said", "step"), [("Zwei", Step.LINK), ("3.", Step.CALL_BACK), ("Stern", Step.ANSWER)]
)
def test_who_says_a_number_means_its_key(said: str, step: Step):
    assert begun().say(said).state.step is step


def test_who_says_yes_to_the_question_whether_they_are_there_hears_the_menu():
    call = begun()
    call.stay_silent()

    assert call.say("ja").state.step is Step.MENU


def test_a_rating_can_be_said():
    call = begun()
    call.say("danke das war alles")
    call.say("fünf")

    assert of_kind(call, Rate) == [Rate(rating=5)]
