"""A call-back instead of waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.caller import Caller
from broadcast.hotline.effects import (
    EndCall,
    Outcome,
    RequestCallBack,
)
from broadcast.model.call_document import HangUp, Record
from broadcast.model.caller_context import CallerContext
from tests.hotline.telephone_call import (
    CALLER,
    MOBILE,
    PREMIUM,
    begun,
    of_kind,
)


def test_key_3_promises_a_call_back_after_it_was_confirmed():
    call = begun()
    call.press("3")
    assert "unter 0 1, 5 1, 1, 2 3, 4 5, 6 7, 8. Einverstanden: die 1." in call.words

    call.press("1")

    assert of_kind(call, RequestCallBack) == [RequestCallBack(number=MOBILE, locale="de", topic=Topic.NONE)]
    assert of_kind(call, EndCall) == [EndCall(outcome=Outcome.CALL_BACK)]


def test_another_number_for_the_call_back_is_read_back_and_can_be_corrected():
    call = begun()
    call.press("3")
    call.press("2")
    call.press("03023125001")
    assert "0 3 0" in call.words

    call.press("2")
    call.press("03023125002")

    assert [asked.number for asked in of_kind(call, RequestCallBack)] == ["+493023125001", "+493023125002"]


@pytest.mark.parametrize("key", ["1", "3", "*"])
def test_who_agrees_to_the_number_that_is_read_back_is_not_asked_for_it_again(key):
    call = begun()
    call.press("3")
    call.press("2")
    call.press("03023125001")
    call.press(key)

    assert isinstance(call.last.document[-1], HangUp)
    assert [asked.number for asked in of_kind(call, RequestCallBack)] == ["+493023125001"]


def test_a_premium_number_is_not_called_back():
    call = begun(Caller(number=PREMIUM))
    assert call.press("3").state.step is Step.CALL_BACK_NUMBER

    call.press("09001123456")
    assert call.words.startswith("Diese Nummer können wir nicht anrufen.")
    assert isinstance(call.press("0900123456").document[-1], Record)
    assert not of_kind(call, RequestCallBack)


def test_who_does_not_answer_the_offer_of_a_call_back_can_leave_a_message():
    call = begun()

    assert isinstance(call.press("3").document[-1], Record)


def test_the_call_back_of_an_important_person_says_so():
    call = begun(replace(CALLER, context=CallerContext(vip=True)), agents=())
    call.press("3")
    call.press("1")

    assert [request.topic for request in of_kind(call, RequestCallBack)] == [Topic.VIP]
