"""A call as TwiML: the notice twice, and in between what the keys do.

The purpose of a key is said before the key, so that people need not remember a number. A key works from
the first word.

The notice is first and last, so that a drill says so first and last. Its text is plain text: markup in it
may be read aloud, but has no effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from broadcast.localisation.phrase_book import PhraseBook, Phrases
from broadcast.model.message import Message
from broadcast.model.question import NoticeQuestion
from broadcast.model.text import without_controls

MOST = 4000  # characters, the limit of Twilio's `Twiml` parameter
_MOST_OPTIONS = 8  # the next key ends all calls
#: One key, at most 5 seconds after the last word. By default # ends the input and is no input itself, so that
#: the call ends without a word (https://www.twilio.com/docs/voice/twiml/gather#finishonkey, 2026-11-30).
_ONE_KEY = {"method": "POST", "input": "dtmf", "numDigits": "1", "finishOnKey": "", "timeout": "5"}
# XML cannot hold these, not even escaped.
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")


PHRASES = PhraseBook(Path(__file__).with_name("phrases"))
Saying = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keys of a call do; `broadcast.inbound.inbox` acts on them.

    `question` is what the notice asks. People who `may_leave` are offered a key for no more calls; people on
    duty are not, and may pass on or decline what is asked.
    """

    question: NoticeQuestion | None = None
    may_leave: bool = False

    def said(self, phrases: Phrases) -> str:
        """Return what the keys do, in words."""
        return " ".join(self._said(phrases))

    def _said(self, phrases: Phrases) -> Iterator[str]:
        if self.question and self.question.approves:
            yield phrases("approve")
            yield phrases("refuse")
            return
        options = self.question.options if self.question else ()
        for key, option in enumerate(options[:_MOST_OPTIONS], start=1):
            yield phrases("option", option=option, key=key)
        if not options:
            yield phrases("confirm")
        if self.may_leave:
            yield phrases("leave")
        elif self.question and not options:
            yield phrases("pass_on")
            yield phrases("decline")


_CONFIRM_ONLY = Keys()


def call(message: Message, voices: Mapping[str, str], action: str | None, keys: Keys = _CONFIRM_ONLY) -> str:
    """Return the TwiML of one call; `action` receives a pressed key, None if keys are not read."""
    locale = _tag(message.locale)
    notice = (message.text, _attributes(locale, _language(locale), voices))
    response = Element("Response")
    SubElement(response, "Pause", length="1")
    if action is None:
        _say(response, (notice, notice))
    else:
        _say(_gather(response, action), (notice, _keys(locale, voices, keys), notice))
    return tostring(response, encoding="unicode")


def spoken_answer(text: str, locale: str, voices: Mapping[str, str]) -> Element:
    """Return the TwiML that says `text` and ends the call; an empty text only ends it."""
    response = Element("Response")
    if text:
        say(response, text, voice_attributes(locale, voices))
    SubElement(response, "Hangup")
    return response


def spoken_question(text: str, locale: str, voices: Mapping[str, str]) -> Element:
    """Return the TwiML that says `text` and takes another key; without a key it ends the call.

    Without `action`, the key is posted to the address of the request that this answers, reference included
    (https://www.twilio.com/docs/voice/twiml/gather, 2026-11-29).
    """
    response = Element("Response")
    gather = SubElement(response, "Gather", _ONE_KEY)
    say(gather, text, voice_attributes(locale, voices))
    SubElement(response, "Hangup")
    return response


def say(parent: Element, text: str, attributes: Mapping[str, str]) -> None:
    """Add words to be said; characters that XML or a voice cannot take are left out."""
    SubElement(parent, "Say", dict(attributes)).text = _NO_CHARACTERS.sub("", without_controls(text))


def voice_attributes(locale: str, voices: Mapping[str, str]) -> dict[str, str]:
    """Return the language and the voice for a locale; `voices` are those of the configuration."""
    tag = _tag(locale or "en")
    return _attributes(tag, _language(tag), voices)


def _keys(locale: str, voices: Mapping[str, str], keys: Keys) -> Saying:
    """Return what the keys do, in the language of the notice; in English if we lack that language."""
    language = _language(locale)
    said = language or PHRASES.phrases("en")
    return keys.said(said), _attributes(locale if language else "en", said, voices)


def _tag(locale: str) -> str:
    return locale.replace("_", "-")


def _language(locale: str) -> Phrases | None:
    return PHRASES.phrases(locale) if PHRASES.has(locale) else None


def _attributes(locale: str, language: Phrases | None, voices: Mapping[str, str]) -> dict[str, str]:
    tag = locale if "-" in locale or language is None else language("tag")
    own = voices.get(locale) or voices.get(locale.partition("-")[0])
    voice = own or (language("voice") if language and tag == language("tag") else "")
    return {"language": tag, **({"voice": voice} if voice else {})}


def _gather(response: Element, action: str) -> Element:
    return SubElement(response, "Gather", {"action": action, **_ONE_KEY})


def _say(parent: Element, sayings: Sequence[Saying]) -> None:
    for position, (text, attributes) in enumerate(sayings):
        if position:
            SubElement(parent, "Pause", length="1")
        say(parent, text, attributes)
