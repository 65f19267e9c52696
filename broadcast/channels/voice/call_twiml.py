"""A live call as TwiML: each verb of a document as one element.

Sources: https://www.twilio.com/docs/voice/twiml and its pages gather, dial, number, record (2026-11-30).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from xml.etree.ElementTree import Element, SubElement

from broadcast.channels.voice.twiml import say, voice_attributes
from broadcast.model.call_document import Ask, CallDocument, Dial, GoOn, HangUp, Record, Say, Silence, Verb

#: Returns the public URL of a path.
Url = Callable[[str], str]
#: More characters than this Twilio does not take as hints.
_MOST_HINTS = 1000
#: Seconds of silence that end a recording.
_SILENCE_ENDS = "5"


def call_twiml(document: CallDocument, url: Url, voices: Mapping[str, str]) -> Element:
    """Return the document as TwiML.

    Args:
        document: What is said, and what follows.
        url: Makes the URL of the next request from its path.
        voices: The voice for each locale that has a voice of its own.
    """
    response = Element("Response")
    for verb in document:
        _add(response, verb, url, voices)
    return response


def _add(parent: Element, verb: Verb, url: Url, voices: Mapping[str, str]) -> None:
    match verb:
        case Say(text, locale):
            say(parent, text, _attributes(locale, tuple(voices.items())))
        case Silence(seconds):
            SubElement(parent, "Pause", length=str(seconds))
        case Ask():
            _ask(parent, verb, url, voices)
        case Dial():
            _dial(parent, verb, url)
        case Record():
            _record(parent, verb, url)
        case GoOn(path):
            SubElement(parent, "Redirect", method="POST").text = url(path)
        case HangUp():
            SubElement(parent, "Hangup")


def _ask(parent: Element, ask: Ask, url: Url, voices: Mapping[str, str]) -> None:
    """Add a Gather. No speech model is named: then Twilio changes to another one if one fails."""
    options = {
        "action": url(ask.next),
        "method": "POST",
        "input": "dtmf speech" if ask.speech else "dtmf",
        "timeout": str(ask.seconds),
        # With the default `#`, that key would end the input instead of being one.
        **({"numDigits": str(ask.digits), "finishOnKey": ""} if ask.digits else {"finishOnKey": "#"}),
    }
    if ask.speech:
        options["speechTimeout"] = "auto"
        options["language"] = _attributes(ask.locale, ())["language"]
        if ask.hints:
            options["hints"] = ",".join(ask.hints)[:_MOST_HINTS]
    if ask.silence:
        options["actionOnEmptyResult"] = "true"
    gather = SubElement(parent, "Gather", options)
    for prompt in ask.prompts:
        _add(gather, prompt, url, voices)


def _dial(parent: Element, dial: Dial, url: Url) -> None:
    """Add a Dial of one number.

    With `answerOnBridge` the caller hears the ringing until that person has accepted, not silence.
    """
    options = {"timeout": str(dial.seconds), "answerOnBridge": "true"}
    # Without `action`, the call goes on with the next verb.
    if dial.next:
        options |= {"action": url(dial.next), "method": "POST"}
    if dial.shown:
        options["callerId"] = dial.shown
    whisper = {"url": url(dial.whisper), "method": "POST"} if dial.whisper else {}
    SubElement(SubElement(parent, "Dial", options), "Number", whisper).text = dial.number


def _record(parent: Element, record: Record, url: Url) -> None:
    """Add a Record, and a Redirect for silence.

    "If Twilio receives an empty recording, it will not make a request to the action URL. The current call
    flow will continue with the next verb" (https://www.twilio.com/docs/voice/twiml/record, 2026-11-30).
    """
    options = {
        "action": url(record.next),
        "method": "POST",
        "maxLength": str(record.seconds),
        "timeout": _SILENCE_ENDS,
        "playBeep": "true",
        "recordingStatusCallback": url(record.recorded),
        "recordingStatusCallbackMethod": "POST",
    }
    SubElement(parent, "Record", options)
    SubElement(parent, "Redirect", method="POST").text = url(record.next)


@cache
def _attributes(locale: str, voices: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return voice_attributes(locale, dict(voices))
