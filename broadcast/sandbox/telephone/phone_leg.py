"""One person on the phone: what they have heard, what the platform does next, and what it waits for."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element


class WaitsFor(StrEnum):
    """What goes on only when a person does something, or does nothing for long enough."""

    KEYS = "keys"  # a Gather
    MESSAGE = "message"  # a Record
    ANSWER = "answer"  # this phone rings
    RINGING = "ringing"  # another phone rings
    TALK = "talk"  # two people talk


@dataclass(frozen=True, slots=True, kw_only=True)
class LegWait:
    """What a leg waits for, and for how long; `verb` is the TwiML that says so."""

    what: WaitsFor
    verb: Element
    seconds: float
    url: str = ""

    @property
    def action(self) -> str:
        """The address of the request that follows; "" if the document goes on."""
        return urljoin(self.url, self.verb.get("action", "")) if self.verb.get("action") else ""

    @property
    def takes_speech(self) -> bool:
        """Whether words are an answer."""
        return "speech" in self.verb.get("input", "dtmf").split()

    @property
    def digits(self) -> int:
        """How many keys are taken; 0 for any number of them."""
        return int(self.verb.get("numDigits", "0")) if self.verb.get("numDigits", "0").isdigit() else 0

    @property
    def finish(self) -> str:
        """The keys that end the input."""
        return self.verb.get("finishOnKey", "#")


@dataclass(slots=True, kw_only=True)
class PhoneLeg:
    """One person on the phone.

    Attributes:
        number: The person's phone; "" if it is withheld.
        parent: The id of the caller's leg, on the leg of an agent; else "".
        form: The fields of every request about this leg.
        sid: Its id.
        heard: What was said and done, oldest first.
        verbs: What is still to be done of the present document.
        url: Where that document came from.
        wait: What it waits for; None while it is over.
        typed: The keys since the last document.
        over: Whether it has ended.
    """

    number: str
    form: Mapping[str, str]
    parent: str = ""
    sid: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    heard: list[dict[str, str]] = field(default_factory=list)
    verbs: deque[Element] = field(default_factory=deque)
    url: str = ""
    wait: LegWait | None = None
    typed: str = ""
    over: bool = False

    def hear(self, text: str, language: str) -> None:
        """Keep what the platform says."""
        self.heard.append({"who": "hotline", "text": text, "language": language})

    def note(self, text: str, who: str = "event") -> None:
        """Keep what the person does (`who` is `person`), or what happens."""
        self.heard.append({"who": who, "text": text, "language": ""})

    def end(self) -> None:
        """End this leg."""
        self.over, self.wait = True, None
        self.verbs.clear()

    def as_json(self) -> dict[str, Any]:
        """Return the leg for the page and the command line."""
        wait = self.wait
        return {
            "sid": self.sid,
            "number": self.number,
            "role": "agent" if self.parent else "caller",
            "over": self.over,
            "heard": self.heard,
            "typed": self.typed,
            "waits_for": wait.what.value if wait else None,
            "seconds": wait.seconds if wait else None,
            "speech": bool(wait and (wait.what is WaitsFor.MESSAGE or wait.takes_speech)),
        }
