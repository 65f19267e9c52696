"""The schema finds what Twilio would warn of, and nothing in the documents that we make."""

from __future__ import annotations

import pytest

from broadcast.channels.voice.twiml import Keys, call, spoken_answer, spoken_question
from broadcast.model.message import Message
from tests.harness.cases import for_every
from tests.harness.twiml_schema import grammar, violations


def told(document: str | bytes, inside: str = "call") -> list[str]:
    return [str(one) for one in violations(document, inside)]


def test_it_knows_the_verbs_and_attributes_of_the_sdk():
    rules = grammar().children

    assert {"Say", "Play", "Pause", "Gather", "Dial", "Record", "Redirect", "Hangup", "Reject"} < set(rules)
    assert {"Enqueue", "Leave", "Connect", "Pay", "Refer", "Start", "Stop"} < set(rules)
    assert set(rules["Gather"].children) == {"Say", "Play", "Pause"}
    assert len(rules["Gather"].attributes) == 18
    assert rules["Dial"].text
    assert not rules["Gather"].text
    assert "url" in rules["Dial"].children["Number"].attributes
    assert set(rules["Say"].children["break"].attributes) == {"strength", "time"}


@for_every(
    ("verbs", "wrong"),
    [
        ("<Say>hi</Say>", None),
        ('<Say language="de-DE" voice="Polly.Vicki-Neural" loop="0">hi <break time="1s"/> du</Say>', None),
        ('<Say><prosody rate="slow">x</prosody><lang xml:lang="de-DE">y</lang></Say>', None),
        ('<Gather input="dtmf speech" finishOnKey="" speechTimeout="auto"><Say>x</Say></Gather>', None),
        ('<Dial action="/a?b=1&amp;c=2" timeout="15"><Number url="w">+4930231250</Number></Dial>', None),
        ("<Dial>+4930231250</Dial>", None),
        ('<Record maxLength="120" recordingStatusCallbackEvent="completed absent"/>', None),
        ('<Enqueue waitUrl="/wait">support</Enqueue><Leave/>', None),
        ('<Reject reason="busy"/>', None),
        ("<Redirect>/voice/next/1</Redirect>", None),
        ("<say>hi</say>", "Response: say must not be in Response"),
        ("<Say>hi<Hangup/></Say>", "Response/Say[1]: Hangup must not be in Say"),
        ('<Say nonsense="1">hi</Say>', "Response/Say[1]: Say has no attribute nonsense"),
        ('<Say Language="de">hi</Say>', "Response/Say[1]: Say has no attribute Language"),
        ("<Say> </Say>", "Response/Say[1]: Say has nothing to say"),
        ("<Say>a</Say><Say/>", "Response/Say[2]: Say has nothing to say"),
        (f'<Say voice="Polly.Vicki">{"x" * 3000}</Say><Say voice="Google.de-DE-A">{"x" * 4500}</Say>', None),
        (
            f'<Say voice="Polly.Vicki">{"x" * 3001}</Say>',
            "Response/Say[1]: Say has 3,001 bytes, 3,000 at most for this voice",
        ),
        (f"<Say>{'ü' * 751}</Say>", "Response/Say[1]: Say has 4,506 characters as an address, 4,500 at most"),
        ('<Say language="German">x</Say>', 'Response/Say[1]: language="German" is not a language tag'),
        ("<Gather><Dial>+4930231250</Dial></Gather>", "Response/Gather[1]: Dial must not be in Gather"),
        ("<Gather>press a key</Gather>", "Response/Gather[1]: Gather must not have text"),
        ('<Gather numDigits="0"/>', 'Response/Gather[1]: numDigits="0" is not a positive number'),
        ('<Gather timeout="5s"/>', 'Response/Gather[1]: timeout="5s" is not a positive number'),
        ('<Gather input="keys"/>', 'Response/Gather[1]: input="keys" is not dtmf, speech or both'),
        ('<Gather bargeIn="True"/>', 'Response/Gather[1]: bargeIn="True" is not true or false'),
        ('<Gather finishOnKey="x"/>', 'Response/Gather[1]: finishOnKey="x" is not keys'),
        ('<Gather method="PUT"/>', 'Response/Gather[1]: method="PUT" is not GET or POST'),
        (
            '<Gather action="javascript:x"/>',
            'Response/Gather[1]: action="javascript:x" is not an address on the web, or a path',
        ),
        ('<Dial beep="x">+4930231250</Dial>', "Response/Dial[1]: Dial has no attribute beep"),
        ("<Dial/>", "Response/Dial[1]: Dial has no number"),
        ("<Dial>030 23125</Dial>", "Response/Dial[1]: '030 23125' is no number with + and country code"),
        (
            "<Dial><Number>x</Number></Dial>",
            "Response/Dial[1]/Number[1]: 'x' is no number with + and country code",
        ),
        (
            f"<Dial>{'<Number>+4930231250</Number>' * 11}</Dial>",
            "Response/Dial[1]: Dial has 11 numbers, 10 at most",
        ),
        (f"<Enqueue>{'q' * 65}</Enqueue>", "Response/Enqueue[1]: the name has 65 characters, 64 at most"),
        ("<Redirect/>", "Response/Redirect[1]: Redirect has no address"),
        ("<Number>+4930231250</Number>", "Response: Number must not be in Response"),
        ("some words", "Response: Response must not have text"),
        ("<Hangup/>bye", "Response: Response must not have text"),
        ("<Hangup>bye</Hangup>", "Response/Hangup[1]: Hangup must not have text"),
    ],
)  # fmt: skip
def test_it_tells_what_is_wrong_and_where(verbs, wrong):
    assert told(f"<Response>{verbs}</Response>") == ([wrong] if wrong else [])


@for_every(
    ("document", "message"),
    [
        ("", "no XML"),
        ("<Response>", "no XML"),
        ('\n<?xml version="1.0"?><Response/>', "no XML"),
        ("<Response><Say>Tom & Jerry</Say></Response>", "no XML"),
        ("<html><body>500</body></html>", "the root is html"),
        ("<response/>", "the root is response"),
        (f"<Response><Say>{'x' * 65_536}</Say></Response>", "bytes"),
        (b"<Response><Say>\xff</Say></Response>", "no XML"),
    ],
)
def test_what_is_no_document_at_all_is_one_violation(document, message):
    (one,) = violations(document)

    assert one.where == "document"
    assert message in one.message


@for_every(
    ("verbs", "inside", "count"),
    [
        ("<Dial>+4930231250</Dial>", "whisper", 1),
        ("<Gather><Say>x</Say></Gather><Hangup/>", "whisper", 0),
        ("<Record/>", "queue", 1),
        ("<Say>x</Say><Leave/>", "queue", 0),
    ],
)
def test_a_whisper_and_a_waiting_caller_hear_only_some_verbs(verbs, inside, count):
    assert len(told(f"<Response>{verbs}</Response>", inside)) == count


@pytest.mark.parametrize("locale", ["de", "en", "de-AT", "fr"])
def test_the_calls_that_we_place_are_valid(locale):
    message = Message(text="Störung: <Kasse> & Shop.\n\x07 Nächster Stand 15:00.", locale=locale)
    for keys in (Keys(), Keys(may_leave=True)):
        for action in (None, "https://notify.muster.example/hooks/call?ref=a/1&x=2"):
            assert told(call(message, {"de": "Polly.Marlene"}, action, keys)) == []


def test_the_answers_to_keys_are_valid():
    from xml.etree.ElementTree import tostring

    for element in (
        spoken_answer("Danke.", "de", {}),
        spoken_answer("", "", {}),
        spoken_question("Ja?", "en", {}),
    ):
        assert told(tostring(element)) == []
