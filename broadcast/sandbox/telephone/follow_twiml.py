"""Follow TwiML on one leg until it waits for a person or ends, as Twilio's pages say.

Source: https://www.twilio.com/docs/voice/twiml and its pages gather, dial, number, record (2026-11-30).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, fromstring

from broadcast.errors import UsageError
from broadcast.sandbox.callbacks import CallbackSender
from broadcast.sandbox.telephone.phone_leg import LegWait, PhoneLeg, WaitsFor
from broadcast.sandbox.wire.base import whole
from broadcast.sandbox.wire.twilio_callbacks import signed

#: What Twilio says if a document cannot be fetched or read.
BROKEN = "We are sorry, an application error has occurred. Goodbye."
#: A call that asks for so many documents without a person in between is a loop.
_MOST_DOCUMENTS = 20
_GATHER_SECONDS, _RING_SECONDS, _RECORD_SECONDS = 5, 30, 5


@dataclass(frozen=True, slots=True)
class TwimlFollower:
    """Fetches documents and does their verbs; `ring` begins a Dial, `text` delivers a Message."""

    post: CallbackSender
    ring: Callable[[PhoneLeg, Element], Awaitable[None]]
    text: Callable[[PhoneLeg, str], None]

    async def fetch(self, leg: PhoneLeg, url: str, form: Mapping[str, str]) -> None:
        """Ask our server for the next document of a leg, and follow it."""
        leg.wait, leg.typed = None, ""
        for _ in range(_MOST_DOCUMENTS):
            following = await self._document(leg, url, form)
            if not following:
                return
            url, form = following, {}
        self._fail(leg, "the documents lead to each other without end")

    async def tell(self, leg: PhoneLeg, url: str, form: Mapping[str, str]) -> None:
        """Tell our server something; its answer does not matter."""
        try:
            await self.post.post(signed(url, {**leg.form, "CallSid": leg.sid, **form}))
        except UsageError as error:
            leg.note(f"our server was not told: {error}")

    async def go_on(self, leg: PhoneLeg) -> None:
        """Do the verbs that are left after one without an answer."""
        leg.wait, leg.typed = None, ""
        following = await self._do(leg)
        if following:
            await self.fetch(leg, following, {})

    async def _document(self, leg: PhoneLeg, url: str, form: Mapping[str, str]) -> str:
        """Follow one document; return the address of the one that it redirects to, else ""."""
        try:
            status, body = await self.post.post(signed(url, {**leg.form, "CallSid": leg.sid, **form}))
        except UsageError as error:
            return self._fail(leg, str(error))
        if status >= 300:
            return self._fail(leg, f"our server answered with HTTP {status}")
        verbs = _verbs(body)
        if verbs is None:
            return self._fail(leg, "our server's answer is no TwiML")
        leg.verbs, leg.url = deque(verbs), url
        return await self._do(leg)

    async def _do(self, leg: PhoneLeg) -> str:
        """Do verbs until the leg waits or is over; return the address of a Redirect, else ""."""
        while leg.verbs and leg.wait is None and not leg.over:
            verb = leg.verbs.popleft()
            if verb.tag == "Redirect":
                return urljoin(leg.url, (verb.text or "").strip())
            await self._one(leg, verb)
        if leg.wait is None and not leg.over and not leg.parent:
            leg.end()
        return ""

    async def _one(self, leg: PhoneLeg, verb: Element) -> None:
        match verb.tag:
            case "Say" | "Play" | "Pause":
                _hear(leg, verb)
            case "Gather":
                for inner in verb:
                    _hear(leg, inner)
                self._wait(leg, verb, WaitsFor.KEYS, _GATHER_SECONDS)
            case "Record":
                leg.note("a tone")
                self._wait(leg, verb, WaitsFor.MESSAGE, _RECORD_SECONDS)
            case "Dial":
                self._wait(leg, verb, WaitsFor.RINGING, _RING_SECONDS)
                await self.ring(leg, verb)
            case "Message":
                self.text(leg, "".join(verb.itertext()).strip())
            case _:
                leg.end()

    def _wait(self, leg: PhoneLeg, verb: Element, what: WaitsFor, usual: int) -> None:
        seconds = float(whole(verb.attrib, "timeout", usual, 600))
        leg.wait = LegWait(what=what, verb=verb, seconds=seconds, url=leg.url)

    def _fail(self, leg: PhoneLeg, why: str) -> str:
        """End a leg as Twilio does after an error of ours."""
        leg.hear(BROKEN, "en-US")
        leg.note(why)
        leg.end()
        return ""


def _verbs(body: bytes) -> list[Element] | None:
    """Return the verbs of a document; None if it is none."""
    try:
        root = fromstring(body) if b"<!DOCTYPE" not in body else None  # noqa: S314 - no type, no entities
    except ParseError:
        return None
    return None if root is None or root.tag != "Response" else list(root)


def _hear(leg: PhoneLeg, verb: Element) -> None:
    text = "".join(verb.itertext()).strip()
    if verb.tag == "Say":
        for _ in range(whole(verb.attrib, "loop", 1, 10)):
            leg.hear(text, verb.get("language", "en-US"))
    elif verb.tag == "Play":
        leg.note(f"plays {text}")
