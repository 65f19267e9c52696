"""The SMS with the link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.hotline.call_state import Step
from broadcast.hotline.caller import Caller
from broadcast.hotline.effects import (
    SendLink,
)
from broadcast.model.call_document import Ask
from tests.hotline.telephone_call import (
    CALLER,
    LANDLINE,
    MOBILE,
    PREMIUM,
    begun,
    of_kind,
)


def test_key_2_sends_one_sms_after_it_was_confirmed():
    call = begun()
    call.press("2")
    assert "Endziffern 6 7 8" in call.words
    assert not of_kind(call, SendLink)

    call.press("1")

    assert of_kind(call, SendLink) == [SendLink(number=MOBILE, locale="de", refs=("INC-7",))]
    assert call.last.state.step is Step.MENU


def test_key_2_twice_chooses_another_number():
    call = begun()
    call.press("2")
    call.press("2")
    call.press("015187654321#")

    assert [sent.number for sent in of_kind(call, SendLink)] == ["+4915187654321"]


@pytest.mark.parametrize(
    "caller", [Caller(), Caller(number=LANDLINE, line="landline"), Caller(number=PREMIUM)]
)
def test_who_cannot_get_an_sms_is_asked_for_a_mobile_number(caller: Caller):
    call = begun(caller)

    assert call.press("2").state.step is Step.LINK_NUMBER
    ask = call.last.document[0]
    assert isinstance(ask, Ask)
    assert ask.digits == 0
    call.press("015112345678")
    assert [sent.number for sent in of_kind(call, SendLink)] == ["+4915112345678"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("123", "Diese Nummer konnte ich nicht lesen."),
        ("03023125001", "Diese Nummer kann keine SMS empfangen."),
        ("08001234567", "Diese Nummer kann keine SMS empfangen."),
        ("09001123456", "An diese Nummer senden wir keine SMS."),
        ("008816123456789", "An diese Nummer senden wir keine SMS."),
        ("9" * 19, "Diese Nummer konnte ich nicht lesen."),
    ],
)
def test_a_number_that_gets_no_sms_is_asked_for_once_more(typed: str, words: str):
    call = begun(Caller())
    call.press("2")

    assert call.press(typed).state.step is Step.LINK_NUMBER
    assert call.words.startswith(words)
    assert call.press(typed).state.step is Step.MENU
    assert not of_kind(call, SendLink)


def test_a_foreign_number_is_typed_with_two_zeros():
    call = begun(Caller())
    call.press("2")
    call.press("00447700900123")

    assert [sent.number for sent in of_kind(call, SendLink)] == ["+447700900123"]


def test_a_number_gets_three_sms_a_day_at_most():
    call = begun(replace(CALLER, links=3))
    assert call.press("2").state.step is Step.MENU
    assert "Heute senden wir keine weitere." in call.words

    typing = begun(Caller())
    typing.press("2")
    typing.event = {"links_to_typed": 3}
    typing.press("015112345678")
    assert not of_kind(typing, SendLink)


def test_without_a_channel_for_sms_none_is_offered():
    call = begun(sms=False)
    assert "die 2" not in call.words

    call.press("2")
    assert call.words.startswith("SMS können wir zurzeit nicht senden.")
