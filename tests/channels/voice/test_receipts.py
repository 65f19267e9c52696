"""How a call ended, and which key was pressed."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

import pytest
from twilio.request_validator import RequestValidator

from broadcast.channels import registry
from broadcast.channels.base import Answers, Receives
from broadcast.config.settings import ChannelSettings
from broadcast.model.inbound import Inbound, InboundRequest, KeyPress, Receipt, ReceiptState
from broadcast.model.suppression import SuppressionReason
from broadcast.testing.ledger_samples import NOON

TOKEN = "s3cret"
URL = "https://notify.muster.example/hooks/call?ref=k7f3qz"
PERSON = "+493023125001"
OPTIONS = {"account_sid": "AC" + "5" * 32, "auth_token": TOKEN, "from": "+4930231250"}


def adapter(**options: object):
    settings = ChannelSettings(
        name="call", adapter="twilio-voice", origin="here", options={**OPTIONS, **options}
    )
    built = registry.build(settings)
    assert isinstance(built, Receives)
    assert isinstance(built, Answers)
    return built


def told(**fields: str) -> list[Inbound]:
    form = {"CallSid": "CA1", "To": PERSON, "Direction": "outbound-api", **fields}
    headers = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(URL, form)}
    body = urlencode(form).encode()
    asked = InboundRequest(method="POST", url=URL, headers=headers, body=body, at=NOON)
    return list(adapter().receive(asked))


@pytest.mark.parametrize("by", ["", "human", "unknown", "machine_start", "machine_end_beep"])
def test_a_call_that_was_answered_is_delivered_also_by_a_mailbox(by):
    (receipt,) = told(CallStatus="completed", AnsweredBy=by, CallDuration="31")

    assert isinstance(receipt, Receipt)
    assert (receipt.ref, receipt.key, receipt.state) == ("CA1", "k7f3qz", ReceiptState.DELIVERED)
    assert receipt.reason == ("a mailbox answered" if by.startswith("machine") else None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("busy", "the line was busy"),
        ("no-answer", "the call was not answered"),
        ("canceled", "the call was cancelled"),
        ("failed", "the call could not be connected"),
    ],
)
def test_a_call_that_reached_nobody_did_not_arrive(status, reason):
    (receipt,) = told(CallStatus=status, CallDuration="0")

    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.reason, receipt.suppress) == (ReceiptState.FAILED, reason, None)


def test_a_fax_machine_does_not_read_it_to_a_person():
    (receipt,) = told(CallStatus="completed", AnsweredBy="fax")

    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.reason) == (ReceiptState.FAILED, "a fax machine answered")


def test_an_invalid_number_is_not_called_again():
    (receipt,) = told(CallStatus="failed", ErrorCode="13223")

    assert isinstance(receipt, Receipt)
    assert receipt.suppress is SuppressionReason.INVALID


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", "asleep"])
def test_a_call_that_has_not_ended_says_nothing(status):
    assert told(CallStatus=status) == []


def test_a_pressed_key_names_the_call_and_our_reference():
    assert told(CallStatus="in-progress", Digits="1") == [
        KeyPress(ref="CA1", key="k7f3qz", pressed="1", sender=PERSON)
    ]


def test_a_key_that_was_not_pressed_confirms_nothing():
    assert told(CallStatus="in-progress", Digits="") == []
    assert told(CallStatus="in-progress", msg="Gather End") == []


def test_a_key_counts_although_the_person_has_hung_up_since():
    (pressed,) = told(CallStatus="completed", Digits="1")

    assert isinstance(pressed, KeyPress)


def test_the_last_news_of_a_call_is_no_second_key():
    (receipt,) = told(CallStatus="completed", Digits="1", CallbackSource="call-progress-events")

    assert isinstance(receipt, Receipt)


def test_an_answer_is_spoken_in_the_language_of_the_notice_and_ends_the_call():
    answer = adapter(voices={"de": "Polly.Vicki-Neural"}).answer("Danke & gute Nacht <3", "de")

    (say, hang_up) = fromstring(answer.body)
    assert (answer.status, answer.content_type, hang_up.tag) == (200, "text/xml", "Hangup")
    assert (say.text, say.attrib) == (
        "Danke & gute Nacht <3", {"language": "de-DE", "voice": "Polly.Vicki-Neural"}
    )  # fmt: skip


def test_an_answer_without_words_ends_the_call():
    assert [one.tag for one in fromstring(adapter().answer("", "").body)] == ["Hangup"]
