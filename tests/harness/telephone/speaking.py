"""Verbs that speak, wait, and end: Say, Play, Pause, Redirect, Hangup, Reject, Leave.

Pages: https://www.twilio.com/docs/voice/twiml/say, /play, /pause, /redirect, /hangup, /reject, /leave,
read 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.harness.telephone.clock import Ended
from tests.harness.telephone.documents import Document
from tests.harness.telephone.interpreter import Interpreter, number
from tests.harness.telephone.leg import Leg
from tests.harness.telephone.persons import seconds_to_say
from tests.harness.telephone.transcript import Ending
from tests.harness.telephone.webhooks import DocumentError, Request

LENGTH_OF_SOUND = 10.0  # seconds of a Play; sounds are not fetched
MOST_LOOPS = 50  # instead of for ever


class LeftQueue(Exception):
    """A waiting caller left the queue."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing to hear."""

    kind: str
    seconds: float
    text: str = ""
    language: str | None = None
    voice: str | None = None


def sound(element: Element) -> Sound:
    """Return what is heard of a Say, a Play or a Pause."""
    if element.tag == "Pause":
        return Sound("pause", number(element, "length", 1.0))
    times = MOST_LOOPS if element.get("loop") == "0" else number(element, "loop", 1.0)
    if element.tag == "Play":
        return Sound("play", times * LENGTH_OF_SOUND, (element.text or element.get("digits") or "").strip())
    text = " ".join("".join(element.itertext()).split())
    seconds = times * (seconds_to_say(text) + sum(_breaks(element)))
    return Sound("say", seconds, text, element.get("language"), element.get("voice"))


def _breaks(element: Element) -> Iterator[float]:
    for one in element.iter("break"):
        if found := re.fullmatch(r"([0-9.]+)(ms|s)", one.get("time", "")):
            yield float(found[1]) / (1000 if found[2] == "ms" else 1)


def hear(leg: Leg, one: Sound, listens: float = float("inf")) -> None:
    """Let a person hear a sound, or its first seconds."""
    leg.hear_part(one.kind, one.seconds, listens, one.text, language=one.language, voice=one.voice)


async def speak(run: Interpreter, element: Element, _: Document) -> Request | None:
    """Say, Play or Pause; keys and words meanwhile are lost, for nothing listens."""
    hear(run.leg, sound(element))
    return None


async def redirect(run: Interpreter, element: Element, document: Document) -> Request | None:
    """Go to another document; without an address there is nowhere to go."""
    target = "".join(element.itertext()).strip()
    if not target:
        raise DocumentError(11100, "Invalid URL format: a Redirect without address", document.url)
    return Request(urljoin(document.url, target), element.get("method") or "POST")


async def hang_up(run: Interpreter, element: Element, document: Document) -> Request | None:
    """End the call."""
    raise Ended(Ending.HUNG_UP_BY_US)


async def reject(run: Interpreter, element: Element, document: Document) -> Request | None:
    """End the call; as the very first verb it is not even answered."""
    run.leg.status = "completed" if run.is_answered else _REASONS[element.get("reason", "rejected")]
    raise Ended(Ending.HUNG_UP_BY_US if run.is_answered else Ending.REJECTED)


async def leave(run: Interpreter, element: Element, document: Document) -> Request | None:
    """Leave the queue; elsewhere it means nothing."""
    if run.inside == "queue":
        raise LeftQueue
    run.leg.note("Leave means nothing outside a queue")
    return None


_REASONS = {"rejected": "no-answer", "busy": "busy"}
