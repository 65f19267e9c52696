"""Gather: what a person presses or says, and which request it makes.

Rules of https://www.twilio.com/docs/voice/twiml/gather, read 2026-11-30, with the older
http://www.twilio.com/docs/api/twiml/gather where it is plainer:
- defaults: input dtmf, timeout 5, finishOnKey #, numDigits unlimited, action the current document, POST
- the timeout begins after the nested verbs or with the first key; after the last key it runs again
- without input the document goes on with the next verb, unless actionOnEmptyResult is true
- finishOnKey ends the input and is not part of it; pressed first, there is no input
- after the request all further verbs are unreachable
- keys win over speech; bargeIn="false" lets nobody interrupt by speaking
- speechTimeout defaults to timeout; speech is at most 60 seconds long
Seen in recorded requests, not on the page: `msg=Gather End`, `FinishedOnKey`, and an empty `Digits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tests.harness.telephone.documents import Document
from tests.harness.telephone.interpreter import Interpreter, Unplayable, addressed, number, with_form
from tests.harness.telephone.leg import CALLER, Leg
from tests.harness.telephone.persons import BETWEEN_KEYS, REACTION, Press, Speak, seconds_to_say
from tests.harness.telephone.speaking import hear, sound
from tests.harness.telephone.webhooks import Request

TIMEOUT = 5.0
LONGEST_SPEECH = 60.0
AUTO = 1.0  # seconds of silence after which speech counts as ended, with speechTimeout="auto"; our guess
MOST_HINTS, LONGEST_HINT = 500, 100


async def gather(run: Interpreter, element: Element, document: Document) -> Request | None:
    """Listen; return the request with what was heard, None to go on with the next verb."""
    if element.get("partialResultCallback"):
        raise Unplayable("partialResultCallback")
    listening = Listening(run.leg, element)
    listening.check()
    form = listening.form()
    if run.leg.who == CALLER:
        run.leg.transcript.acted.append(run.leg.clock.now)
    if form is None and element.get("actionOnEmptyResult") == "true":
        form = {"Digits": "", "FinishedOnKey": ""}
    if form is None:
        return None
    return with_form(addressed(document, element), msg="Gather End", **form)


@dataclass
class Listening:
    """One Gather with the person who hears it."""

    leg: Leg
    element: Element

    def __post_init__(self) -> None:
        self.inputs = self.element.get("input", "dtmf").split()
        self.timeout = number(self.element, "timeout", TIMEOUT)
        self.began = self.leg.clock.now

    def check(self) -> None:
        """Warn of hints that Twilio refuses, and of speech in an unnamed language."""
        hints = [one for one in self.element.get("hints", "").split(",") if one.strip()]
        if len(hints) > MOST_HINTS or any(len(hint.strip()) > LONGEST_HINT for hint in hints):
            self.leg.note(f"Gather: Invalid hints value: {len(hints)} hints", 13330)
        if "speech" in self.inputs and not self.element.get("language"):
            self.leg.note("a Gather for speech without language expects American English")

    def form(self) -> Mapping[str, str] | None:
        """Return the fields of what was pressed or said, None if that is nothing."""
        action = self.leg.script.take()
        match action:
            case Press() if "dtmf" in self.inputs:
                return self._keys(action)
            case Speak() if "speech" in self.inputs and action.text.strip():
                return self._speech(action)
            case Press():
                self.leg.note(f"keys {action.keys} are lost: only speech counts here")
            case Speak() if "speech" not in self.inputs:
                self.leg.note(f"words are lost: only keys count here ({action.text})")
            case _:
                pass
        self._prompt()
        self.leg.clock.advance(self.timeout)
        return None

    def _keys(self, press: Press) -> Mapping[str, str] | None:
        if not self._until(press.after):
            return None
        finish, most = self.element.get("finishOnKey", "#"), number(self.element, "numDigits", float("inf"))
        digits = ""
        for position, key in enumerate(press.keys):
            if position:
                self.leg.clock.advance(BETWEEN_KEYS)
            if key in finish:
                return self._finished(digits, key, press.keys[position + 1 :])
            digits += key
            if len(digits) >= most:
                return self._pressed(digits, "", press.keys[position + 1 :])
        self.leg.clock.advance(self.timeout)
        return self._pressed(digits, "", "")

    def _pressed(self, digits: str, finished_on: str, lost: str) -> Mapping[str, str]:
        if lost:
            self.leg.note(f"keys {lost} are lost: the input was complete")
        return {"Digits": digits, "FinishedOnKey": finished_on}

    def _finished(self, digits: str, key: str, lost: str) -> Mapping[str, str] | None:
        if digits:
            return self._pressed(digits, key, lost)
        self.leg.note(f"key {key} finishes the input and is no input itself")
        return None

    def _speech(self, speak: Speak) -> Mapping[str, str] | None:
        interrupts = self.element.get("bargeIn") != "false"
        if not self._until(speak.after if interrupts else None):
            return None
        limit = number(self.element, "maxSpeechTime", LONGEST_SPEECH)
        seconds, words = seconds_to_say(speak.text), speak.text.split()
        if seconds > limit:
            words = words[: int(len(words) * limit / seconds)]
        ends = self.element.get("speechTimeout", "")
        silence = AUTO if ends == "auto" else number(self.element, "speechTimeout", self.timeout)
        self.leg.clock.advance(min(seconds, limit) + silence)
        language = self.element.get("language", "en-US")
        said = " ".join(words) if seconds > limit else speak.text
        return {"SpeechResult": said, "Confidence": str(speak.confidence), "Language": language}

    def _until(self, after: float | None) -> bool:
        """Play the prompt until the person acts; whether that is before the time is over."""
        if after is None:
            self._prompt()
            self.leg.clock.advance(min(REACTION, self.timeout))
            return True
        acts = self.began + after
        self._prompt(acts)
        if acts > self.leg.clock.now + self.timeout:
            self.leg.note("too late: the time for input was over")
            self.leg.clock.advance(self.timeout)
            return False
        self.leg.clock.advance(max(0.0, acts - self.leg.clock.now))
        return True

    def _prompt(self, until: float = float("inf")) -> None:
        for child in self.element:
            if child.tag in {"Say", "Play", "Pause"} and self.leg.clock.now < until:
                hear(self.leg, sound(child), until - self.leg.clock.now)
