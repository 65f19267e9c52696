"""A live call at Twilio: what its requests say, and how documents are written."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree.ElementTree import Element, fromstring

import pytest
from twilio.request_validator import RequestValidator

from broadcast.channels import registry
from broadcast.channels.base import HoldsCalls
from broadcast.config.settings import ChannelSettings
from broadcast.model.call_document import Ask, CallDocument, Dial, GoOn, HangUp, Record, Say, Silence
from broadcast.model.inbound import Forged, InboundRequest, Malformed
from broadcast.model.phone_call import CallRequest, DialResult
from broadcast.testing.ledger_samples import NOON

TOKEN = "s3cret"
ORIGIN = "https://notify.muster.example"
URL = f"{ORIGIN}/voice/answer/1?l=de"
CALLER, NUMBER = "+491711234567", "+4930231250"
OPTIONS = {"account_sid": "AC" + "5" * 32, "auth_token": TOKEN, "from": NUMBER}


def adapter(**options: object):
    settings = ChannelSettings(
        name="call", adapter="twilio-voice", origin="here", options={**OPTIONS, **options}
    )
    built = registry.build(settings)
    assert isinstance(built, HoldsCalls)
    return built


def request(form: dict[str, str], signed: dict[str, str] | None = None) -> InboundRequest:
    signature = RequestValidator(TOKEN).compute_signature(URL, form if signed is None else signed)
    headers = {"x-twilio-signature": signature}
    return InboundRequest(method="POST", url=URL, headers=headers, body=urlencode(form).encode(), at=NOON)


def heard(**fields: str) -> CallRequest:
    return adapter().read_call(request({"CallSid": "CA1", "From": CALLER, "To": NUMBER, **fields}))


def written(*document: object, **options: object) -> Element:
    verbs: CallDocument = document  # type: ignore[assignment]  # each is a verb
    answer = adapter(**options).write_call(verbs, lambda path: ORIGIN + path)
    assert (answer.status, answer.content_type) == (200, "text/xml")
    return fromstring(answer.body)


@pytest.mark.parametrize("digits", ["1", "0", "*", "#", "12#"])
def test_keys_are_read_as_they_were_pressed(digits):
    asked = heard(Digits=digits, CallStatus="in-progress")

    assert (asked.call, asked.caller, asked.called, asked.digits) == ("CA1", CALLER, NUMBER, digits)
    assert not asked.ended


@pytest.mark.parametrize(
    "written_number",
    ["", "Anonymous", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "sip:a@b.example"],
)
def test_a_withheld_number_is_no_number(written_number):
    assert heard(From=written_number).caller == ""


def test_speech_is_cut_to_a_length_that_is_worth_reading():
    assert len(heard(SpeechResult="hilfe " * 5_000).speech) == 2_000


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("completed", DialResult.COMPLETED),
        ("answered", DialResult.COMPLETED),
        ("no-answer", DialResult.NO_ANSWER),
    ],
)
def test_the_result_of_ringing_is_read(status, result):
    assert heard(DialCallStatus=status).dialled is result


def test_a_recording_has_its_address_and_length():
    asked = heard(RecordingUrl="https://api.twilio.com/r/RE1", RecordingDuration="14")

    assert (asked.recording, asked.recorded_seconds) == ("https://api.twilio.com/r/RE1", 14)


@pytest.mark.parametrize("duration", ["", "-1", "x", "1e9"])
def test_an_odd_length_of_a_recording_is_none(duration):
    assert heard(RecordingDuration=duration).recorded_seconds == 0


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_a_call_can_be_over(status):
    assert heard(CallStatus=status).ended


def test_empty_and_unknown_fields_are_part_of_the_signature():
    assert heard(Digits="", StirVerstat="", AddOns='{"status":"ok"}', SpeechResult=" ja ").speech == " ja "


def test_a_changed_key_is_forged():
    form = {"CallSid": "CA1", "Digits": "0"}
    with pytest.raises(Forged):
        adapter().read_call(request(form, signed={**form, "Digits": "1"}))


def test_a_form_without_a_call_is_malformed():
    with pytest.raises(Malformed):
        adapter().read_call(request({"Digits": "1"}))


def test_a_question_takes_keys_and_speech_and_silence():
    question = Ask(
        prompts=(Say("Noch einmal: die 1.", "de"), Silence(1)),
        next="/voice/answer/1?l=de&r=1",
        locale="de",
        hints=("Mensch", "Rückruf"),
    )

    (gather,) = written(question)

    assert gather.attrib == {
        "action": f"{ORIGIN}/voice/answer/1?l=de&r=1",
        "method": "POST",
        "input": "dtmf speech",
        "timeout": "5",
        "numDigits": "1",
        "finishOnKey": "",
        "speechTimeout": "auto",
        "language": "de-DE",
        "hints": "Mensch,Rückruf",
        "actionOnEmptyResult": "true",
    }
    assert [child.tag for child in gather] == ["Say", "Pause"]
    assert gather[0].attrib["language"] == "de-DE"


def test_a_number_is_typed_up_to_the_hash_key():
    (gather,) = written(Ask(prompts=(), next="/voice/link-number/2", locale="en", digits=0, speech=False))

    assert gather.attrib["finishOnKey"] == "#"
    assert gather.attrib["input"] == "dtmf"
    assert not {"numDigits", "language", "speechTimeout"} & set(gather.attrib)


def test_a_question_that_goes_on_in_silence_is_followed_by_the_next_verb():
    question = Ask(prompts=(), next="/voice/whisper/1", locale="en", silence=False)

    gather, hang_up = written(question, HangUp())

    assert "actionOnEmptyResult" not in gather.attrib
    assert hang_up.tag == "Hangup"


def test_one_number_is_rung_and_hears_a_whisper_first():
    (dial,) = written(Dial(number=CALLER, seconds=15, whisper="/voice/whisper/0?c=CA1", next="/voice/ring/3"))

    assert dial.attrib == {
        "action": f"{ORIGIN}/voice/ring/3",
        "method": "POST",
        "timeout": "15",
        "answerOnBridge": "true",
    }
    (number,) = dial
    assert (number.text, number.attrib["url"]) == (CALLER, f"{ORIGIN}/voice/whisper/0?c=CA1")


def test_a_recording_says_where_it_goes_on_also_after_silence():
    record, silent = written(Record(next="/voice/voicemail/4", recorded="/voice/recorded/4"))

    assert record.attrib["action"] == f"{ORIGIN}/voice/voicemail/4"
    assert record.attrib["recordingStatusCallback"] == f"{ORIGIN}/voice/recorded/4"
    assert (record.attrib["maxLength"], record.attrib["playBeep"]) == ("120", "true")
    assert (silent.tag, silent.text) == ("Redirect", f"{ORIGIN}/voice/voicemail/4")


def test_words_are_never_markup():
    said, going_on = written(Say("<Hangup/> & \x07 \ufffe Störung", "de"), GoOn("/voice/reply/2?l=de&t=vip"))

    assert (said.tag, said.text) == ("Say", "<Hangup/> &   Störung")
    assert going_on.text == f"{ORIGIN}/voice/reply/2?l=de&t=vip"


def test_nothing_to_say_connects_the_agent():
    assert len(written()) == 0


def test_a_voice_of_the_configuration_speaks():
    (said,) = written(Say("Hallo", "de"), voices={"de": "Polly.Hans"})

    assert said.attrib["voice"] == "Polly.Hans"
