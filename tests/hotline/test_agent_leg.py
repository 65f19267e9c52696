"""What agents hear who are rung, and both people of a call-back."""

from __future__ import annotations

import pytest

from broadcast.hotline.caller import Caller
from broadcast.hotline.effects import (
    CallerReached,
    EndCall,
    Outcome,
)
from broadcast.hotline.event import Acceptance
from broadcast.model.call_document import Ask, Dial, HangUp
from broadcast.model.caller_context import CallerContext
from tests.hotline.telephone_call import (
    MOBILE,
    TelephoneCall,
    handed_over,
    state_of,
)

BERGER = Caller(number=MOBILE, context=CallerContext(name="Anna Berger"))


def whisper(**event: object) -> TelephoneCall:
    dial = handed_over().last.document[-1]
    assert isinstance(dial, Dial)
    leg = TelephoneCall(path=dial.whisper, event={"waited": 130, "agent": "a-1", **event})
    leg.request()
    return leg


def test_an_agent_hears_in_a_sentence_what_it_is_about_and_presses_1():
    leg = whisper()
    assert leg.words == "Vorgang 7: möchte reden, seit 2 Minuten. Annehmen: 1."
    assert state_of("/voice/whisper/0?c=CA1").call == "CA1"

    assert leg.press("1").document == ()
    assert [effect.kind for effect in leg.effects] == ["accept"]


def test_an_agent_hears_the_name_of_a_caller_who_is_known():
    leg = TelephoneCall(path="/voice/whisper/0?l=de&t=asked&c=CA1", caller=BERGER)
    leg.request()

    assert leg.words == "Vorgang 7: möchte reden, gerade eben. Es ruft an: Anna Berger. Annehmen: 1."


def test_a_mailbox_is_hung_up_on():
    assert isinstance(whisper().last.document[-1], HangUp)


def test_a_wrong_key_is_asked_once_more_then_the_leg_ends():
    leg = whisper()
    leg.press("5")
    assert "Annehmen: 1." in leg.words

    assert leg.press("5").document == (HangUp(),)
    assert not leg.effects


@pytest.mark.parametrize(
    ("acceptance", "words"),
    [(Acceptance.LEFT, "Der Anrufer hat aufgelegt."), (Acceptance.TAKEN, "hat schon jemand angenommen.")],
)
def test_an_agent_who_comes_too_late_is_told_so(acceptance: Acceptance, words: str):
    assert words in whisper(acceptance=acceptance).words
    late = whisper()
    late.event["acceptance"] = acceptance
    late.press("1")
    assert words in late.words
    assert not late.effects


def test_a_call_back_rings_the_customer_after_the_agent_and_both_press_1():
    agent = TelephoneCall(path="/voice/take/0?l=de&t=asked&c=CA1", event={"agent": "a-1"})
    agent.request()
    assert agent.words == "Rückruf: möchte reden, gerade eben. Annehmen: 1."
    dial = agent.press("1").document[-1]
    assert isinstance(dial, Dial)
    assert dial.number == MOBILE

    customer = TelephoneCall(path=dial.whisper)
    customer.request()
    assert customer.words.startswith("Hier ist Muster Handel mit Ihrem Rückruf.")
    assert isinstance(customer.last.document[-1], HangUp)
    assert customer.press("1").effects == (CallerReached(),)

    agent.event["acceptance"] = Acceptance.MINE
    assert agent.request().effects == (EndCall(outcome=Outcome.HUMAN),)


def test_a_customer_who_does_not_answer_stays_owed_a_call():
    agent = TelephoneCall(path="/voice/returned/3?l=de&c=CA1")

    assert agent.request().effects == (EndCall(outcome=Outcome.UNREACHED),)


def test_the_greeting_of_a_mailbox_is_no_answer():
    ask = whisper().last.document[0]

    assert isinstance(ask, Ask)
    assert not ask.speech
    leg = whisper()
    leg.path = ask.next
    assert leg.request(speech="drücken Sie die Eins").document == (HangUp(),)
