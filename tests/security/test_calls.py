"""Whatever is said in a call is said: none of it becomes TwiML, SSML or a second number to dial."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from broadcast.channels.voice.twiml import call
from broadcast.model.message import Message
from broadcast.model.text import without_controls
from broadcast.rendering.speech import spoken
from broadcast.rendering.words import words_for
from tests.security.hostile_texts import EVERYTHING, SAMPLE

GERMAN = words_for("de")

ACTION = "https://keys.example/?a=1&b=2"
SSML = (
    '<speak><prosody rate="x-slow">a</prosody></speak>',
    "</Say></Gather><Redirect>https://evil.example</Redirect>",
    '<Say loop="0">a</Say>',
    "&lt;Dial&gt;+4990012345&lt;/Dial&gt;",
    "]]></Say><Hangup/>",
)


@pytest.mark.parametrize("action", [None, ACTION])
@pytest.mark.parametrize("shape", [str, lambda text: spoken(text, GERMAN)], ids=["written", "spoken"])
def test_every_text_of_the_corpus_is_said_and_not_obeyed(shape, action):
    plain = [
        element.tag for element in fromstring(call(Message(locale="de", text="plain"), {}, action)).iter()
    ]

    for text in (*EVERYTHING, *SSML):
        said = shape(text)
        document = fromstring(call(Message(locale="de", text=said), {}, action))
        assert [element.tag for element in document.iter()] == plain, ascii(text)
        heard = [say.text or "" for say in document.iter("Say")]
        expected = without_controls(said).replace("\ufffe", "").replace("\uffff", "")
        assert heard[0] == heard[-1] == expected, ascii(text)


@pytest.mark.parametrize("locale", [*SAMPLE[:4], 'de" onload="x', "<de>"], ids=ascii)
def test_no_attribute_is_broken_out_of(locale):
    document = fromstring(
        call(Message(locale=without_controls(locale), text="plain"), {}, f'{ACTION}"><Dial>1</Dial>')
    )

    assert {element.tag for element in document.iter()} == {"Response", "Pause", "Gather", "Say"}
