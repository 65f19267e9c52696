from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.hotline.call_state import Step
from broadcast.hotline.effects import RequestCallBack, RingAgent, SendLink
from broadcast.hotline.event import Acceptance
from broadcast.model.call_document import Dial, HangUp, Record
from tests.hotline.telephone_call import ANNA, BEN, LANDLINE, TelephoneCall, snapshot


def test_a_caller_hears_who_speaks_what_is_down_and_what_the_keys_do():
    call = TelephoneCall().begin()

    assert call.words.startswith("Muster Handel, automatische Ansage. For English press star. Gestört seit")
    assert "Mit einem Menschen sprechen: die 0." in call.words


def test_key_2_sends_one_sms_after_it_was_confirmed():
    call = TelephoneCall().begin()
    call.press("2")
    assert not [effect for effect in call.effects if isinstance(effect, SendLink)]

    call.press("1")

    assert [effect for effect in call.effects if isinstance(effect, SendLink)] == [
        SendLink(number="+4915112345678", locale="de", refs=("INC-7",))
    ]


def test_a_landline_is_asked_for_a_mobile_number():
    call = TelephoneCall()
    call.caller = replace(call.caller, number=LANDLINE, line="landline")
    call.begin()

    assert call.press("2").state.step is Step.LINK_NUMBER
    assert isinstance(call.press("015112345678").effects[-1], SendLink)


def test_agents_are_rung_one_after_the_other_then_a_call_back_or_a_message():
    call = TelephoneCall().begin()
    first = call.press("0").document[-1]
    second = call.request().document[-1]
    last = call.request().document

    assert isinstance(first, Dial)
    assert isinstance(second, Dial)
    assert [first.number, second.number] == [ANNA.number, BEN.number]
    assert isinstance(last[-1], Record)
    assert call.press("1").effects[-2] == RequestCallBack(
        number="+4915112345678", locale="de", topic=call.last.state.topic
    )


@pytest.mark.parametrize("result", list(Acceptance))
def test_only_our_own_row_tells_whether_somebody_accepted(result: Acceptance):
    call = TelephoneCall().begin()
    call.press("0")
    call.event = {"acceptance": result}

    after = call.request()

    assert (after.state.step is Step.RING) == (result is Acceptance.OPEN)


def test_without_anybody_on_duty_a_message_is_recorded():
    call = TelephoneCall(snapshot(agents=())).begin()

    assert isinstance(call.press("0").document[-1], Record)
    assert not [effect for effect in call.effects if isinstance(effect, RingAgent)]


def test_a_call_whose_memory_was_lost_goes_on_from_its_path():
    call = TelephoneCall(path="/voice/unheard-of/4?l=xx&r=-1&w=abc&t=nonsense")

    assert call.request().state.step is Step.NUDGE


def test_a_call_ends_with_a_goodbye():
    call = TelephoneCall().begin()
    call.say("danke das war alles")

    assert isinstance(call.press("5").document[-1], HangUp)
