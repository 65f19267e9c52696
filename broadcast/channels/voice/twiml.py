"""What is said in a call, as TwiML: the notice twice, and between the two what the keys do.

What a key is for is said before the key, so that nobody has to remember a number they may not need. A key
counts from the first word on.

The notice is first and last, so that a drill says so first and last. Its text is text: markup in it is
said aloud, if anything, and never obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from broadcast.model.message import Message
from broadcast.model.text import without_controls

MOST = 4000  # characters, as Twilio's `Twiml` parameter takes them
_KEY_TIMEOUT = "5"  # seconds to press one after the last word
# XML has no way to write these, not even escaped.
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Language:
    """How Twilio says one language; `confirm` and `leave` are said where somebody listens for a key."""

    tag: str
    voice: str
    confirm: str
    leave: str


LANGUAGES: Mapping[str, Language] = {
    "de": Language("de-DE", "Polly.Vicki", "Verstanden: Taste 1.", "Keine Anrufe mehr: Taste 9."),
    "en": Language("en-GB", "Polly.Amy", "To confirm, press 1.", "To stop these calls, press 9."),
}
Saying = tuple[str, Mapping[str, str]]


def call(message: Message, voices: Mapping[str, str], action: str | None, *, may_leave: bool = False) -> str:
    """Return the TwiML of one call; `action` is where a pressed key is sent, None if nobody takes keys.

    Who `may_leave` is offered a key for no more calls; whoever is on duty is not.
    """
    locale = _tag(message.locale)
    notice = (message.text, _attributes(locale, _language(locale), voices))
    response = Element("Response")
    SubElement(response, "Pause", length="1")
    if action is None:
        _say(response, (notice, notice))
    else:
        _say(_gather(response, action), (notice, _keys(locale, voices, may_leave=may_leave), notice))
    return tostring(response, encoding="unicode")


def _keys(locale: str, voices: Mapping[str, str], *, may_leave: bool) -> Saying:
    """What the keys do, in the language of the notice; in English, by such a voice, where we have none."""
    language = _language(locale)
    said = language or LANGUAGES["en"]
    text = f"{said.confirm} {said.leave}" if may_leave else said.confirm
    return text, _attributes(locale if language else "en", said, voices)


def _tag(locale: str) -> str:
    return locale.replace("_", "-")


def _language(locale: str) -> Language | None:
    return LANGUAGES.get(locale.partition("-")[0].lower())


def _attributes(locale: str, language: Language | None, voices: Mapping[str, str]) -> dict[str, str]:
    tag = locale if "-" in locale or language is None else language.tag
    own = voices.get(locale) or voices.get(locale.partition("-")[0])
    voice = own or (language.voice if language and tag == language.tag else "")
    return {"language": tag, **({"voice": voice} if voice else {})}


def _gather(response: Element, action: str) -> Element:
    options = {"action": action, "method": "POST", "input": "dtmf", "numDigits": "1", "timeout": _KEY_TIMEOUT}
    return SubElement(response, "Gather", options)


def _say(parent: Element, sayings: Sequence[Saying]) -> None:
    for position, (text, attributes) in enumerate(sayings):
        if position:
            SubElement(parent, "Pause", length="1")
        saying = SubElement(parent, "Say", dict(attributes))
        saying.text = _NO_CHARACTERS.sub("", without_controls(text))
