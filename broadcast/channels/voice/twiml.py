"""What is said in a call, as TwiML: the notice twice, and between the two what the keys do.

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
    """How Twilio says one language; `keys` is what is said where somebody listens for a key."""

    tag: str
    voice: str
    keys: str


LANGUAGES: Mapping[str, Language] = {
    "de": Language(
        "de-DE",
        "Polly.Vicki",
        "Zum Bestätigen drücken Sie die 1. Möchten Sie keine Anrufe mehr, drücken Sie die 9.",
    ),
    "en": Language(
        "en-GB", "Polly.Amy", "To confirm, press 1. If you want no more calls like this, press 9."
    ),
}


def call(message: Message, voices: Mapping[str, str], action: str | None) -> str:
    """The TwiML of one call; `action` is where a pressed key is sent, None where nobody takes keys."""
    locale = message.locale.replace("_", "-")
    language = LANGUAGES.get(locale.partition("-")[0])
    attributes = _attributes(locale, language, voices)
    response = Element("Response")
    SubElement(response, "Pause", length="1")
    if action is None:
        _say(response, (message.text, message.text), attributes)
    else:
        keys = (language or LANGUAGES["en"]).keys
        _say(_gather(response, action), (message.text, keys, message.text), attributes)
    return tostring(response, encoding="unicode")


def _attributes(locale: str, language: Language | None, voices: Mapping[str, str]) -> dict[str, str]:
    tag = locale if "-" in locale or language is None else language.tag
    own = voices.get(locale) or voices.get(locale.partition("-")[0])
    voice = own or (language.voice if language and tag == language.tag else "")
    return {"language": tag, **({"voice": voice} if voice else {})}


def _gather(response: Element, action: str) -> Element:
    options = {"action": action, "method": "POST", "input": "dtmf", "numDigits": "1", "timeout": _KEY_TIMEOUT}
    return SubElement(response, "Gather", options)


def _say(parent: Element, sayings: Sequence[str], attributes: Mapping[str, str]) -> None:
    for position, text in enumerate(sayings):
        if position:
            SubElement(parent, "Pause", length="1")
        saying = SubElement(parent, "Say", dict(attributes))
        saying.text = _NO_CHARACTERS.sub("", without_controls(text))
