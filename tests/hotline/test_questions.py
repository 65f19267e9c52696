"""Questions in the caller's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.effects import (
    AskModel,
    BeginHandOver,
)
from broadcast.hotline.event import ModelAnswer
from broadcast.model.call_document import Dial, GoOn
from broadcast.model.caller_context import CallerContext, OrderState
from tests.hotline.telephone_call import (
    CALLER,
    NOW,
    OUTAGE,
    begun,
    of_kind,
)


def test_a_question_is_answered_with_our_own_sentences():
    call = begun(ai=True)
    call.say("kann ich noch etwas bestellen")
    assert isinstance(call.last.document[-1], GoOn)
    assert of_kind(call, AskModel) == [AskModel(question="kann ich noch etwas bestellen", locale="de")]

    call.event = {"answer": ModelAnswer(sentences=("INC-7/1", "INC-99/1"))}
    call.request()

    assert call.last.state.step is Step.REPLY
    assert call.words.startswith("Bestellen geht. Noch einmal")


@pytest.mark.parametrize("answer", [None, ModelAnswer(), ModelAnswer(sentences=("INC-99/1",))])
def test_a_second_question_without_an_answer_leads_to_a_person(answer: ModelAnswer | None):
    call = begun(ai=True)
    call.event = {"answer": answer}
    call.say("kann ich noch etwas bestellen")
    call.request()
    assert call.words.startswith("Dazu habe ich keine Information.")

    call.say("und bekomme ich mein geld zurück")
    call.request()

    assert isinstance(call.last.document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.QUESTION)]


def test_without_a_model_none_is_asked():
    call = begun()

    assert call.say("kann ich noch etwas bestellen").state.step is Step.REPLY
    assert not of_kind(call, AskModel)


def test_a_question_about_overdue_facts_goes_to_a_person():
    call = begun(ai=True, incidents=(replace(OUTAGE, promised=NOW - timedelta(minutes=1)),))
    call.say("was wird aus meiner Bestellung")

    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.OUTDATED)]


def test_a_question_about_the_own_order_is_answered_from_what_is_known_of_the_caller():
    call = begun(ai=True)
    call.caller = replace(CALLER, context=CallerContext(order="4711", order_state=OrderState.SHIPPED))

    call.say("hat mein paket es noch geschafft")

    assert call.words.startswith("Ihre Bestellung 4 7 1 1 ist unterwegs. Noch einmal")
    assert not of_kind(call, AskModel)


def test_a_question_about_the_own_order_of_a_stranger_is_a_question_like_any_other():
    call = begun(ai=True)
    call.say("hat mein paket es noch geschafft")

    assert of_kind(call, AskModel)


def test_a_sentence_of_the_faq_is_an_answer():
    call = begun(ai=True, faq={"faq-1": {"de": "Wir liefern am Montag."}})
    call.say("wann liefern Sie denn")
    call.event = {"answer": ModelAnswer(sentences=("faq-1",))}

    assert call.request().state.step is Step.REPLY
    assert call.words.startswith("Wir liefern am Montag.")
