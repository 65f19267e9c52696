"""Dial: other phones ring, somebody answers and hears a whisper, and both are connected.

Rules of https://www.twilio.com/docs/voice/twiml/dial and https://www.twilio.com/docs/voice/twiml/number,
read 2026-11-30:
- defaults: timeout 30, timeLimit 4 hours, callerId the caller's number, no action
- with an action its answer goes on and further verbs are unreachable; without one the document goes on. (A
  Gather or a Record without action asks for the current document again, a Dial does not.)
- several numbers ring at once, the first that answers wins, and the others stop ringing: a mailbox, too;
  `sequential="true"` rings them one after the other
- the whisper (`url`) is run on the side that answered, before both are connected; it must not Dial; if it
  hangs up, they are not connected; if it ends without that, they are, whether somebody pressed a key or not
  (https://github.com/twilio-labs/function-templates/issues/17)
- answerOnBridge lets the caller hear ringing until then; else there is silence during the whisper
- statusCallback tells of the other call: initiated, ringing, answered, completed; by default only completed

Not on the pages, and therefore a guess: DialCallStatus after a whisper that hung up. The other call was
answered, so `completed` is likely; `Settings.declined` says it. `DialBridged` is seen in recorded requests.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.harness.telephone.clock import LONGEST, Ended, LegEnded
from tests.harness.telephone.documents import Document
from tests.harness.telephone.interpreter import Interpreter, Unplayable, addressed, number, with_form
from tests.harness.telephone.leg import Leg
from tests.harness.telephone.persons import UNREACHABLE, Phone, Press, Script
from tests.harness.telephone.transcript import Bridge, Ending, Heard
from tests.harness.telephone.webhooks import DocumentError, Request

TIMEOUT = 30.0
STAR_AFTER = 5.0  # seconds into the talk in which a caller presses the star


@dataclass
class OtherCall:
    """A call to one phone."""

    number: str
    phone: Phone
    noun: Element
    sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")
    sequence: int = 0


@dataclass
class Outcome:
    """What becomes of a Dial."""

    status: str = "no-answer"
    sid: str = ""
    seconds: float = 0.0
    bridged: bool = False

    def form(self) -> dict[str, str]:
        """Return the fields of the request to the action."""
        form = {
            "DialCallStatus": self.status,
            "DialCallSid": self.sid,
            "DialBridged": str(self.bridged).lower(),
        }
        return {**form, "DialCallDuration": str(round(self.seconds))} if self.seconds else form


async def dial(run: Interpreter, element: Element, document: Document) -> Request | None:
    """Dial; return the request to the action, None to go on with the next verb."""
    dialling, action = Dialling(run, element, document), element.get("action")
    try:
        for group in _groups(run, element):
            if await dialling.ring(group):
                break
    except LegEnded as gone:
        if gone.sid == run.leg.sid and action:
            # The caller is gone; the action is asked for all the same, and its answer runs on nothing.
            run.leg.status = "completed"
            request = addressed(document, element)
            await run.leg.tell(request.url, dialling.outcome.form(), request.method)
        raise
    return with_form(addressed(document, element), **dialling.outcome.form()) if action else None


def _groups(run: Interpreter, element: Element) -> list[list[OtherCall]]:
    """Return the calls that are made at the same time, group by group."""
    nouns = list(element)
    if any(noun.tag != "Number" for noun in nouns):
        raise Unplayable(f"Dial with {sorted({noun.tag for noun in nouns})}")
    calls = [_other_call(run, noun) for noun in nouns or [element]]
    return [[one] for one in calls] if element.get("sequential") == "true" else [calls]


def _other_call(run: Interpreter, noun: Element) -> OtherCall:
    dialled = (noun.text or "").strip()
    phone = run.settings.phones.dial(dialled)
    run.leg.transcript.dialled.append(dialled)
    if phone is None:
        run.leg.note(f"Dial: nobody has the number {dialled}", 13224, is_error=True)
    return OtherCall(dialled, phone or UNREACHABLE, noun)


@dataclass
class Dialling:
    """One Dial."""

    run: Interpreter
    element: Element
    document: Document
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def leg(self) -> Leg:
        """The side of the caller."""
        return self.run.leg

    async def ring(self, calls: Sequence[OtherCall]) -> bool:
        """Let phones ring at once; whether one of them answered."""
        timeout = number(self.element, "timeout", TIMEOUT)
        answering = [one for one in calls if one.phone.status == "completed" and one.phone.after <= timeout]
        for one in calls:
            await self._event(one, "initiated", "initiated")
            await self._event(one, "ringing", "ringing")
        if not answering:
            return await self._nobody(calls, timeout)
        first = min(answering, key=lambda one: one.phone.after)
        self.outcome.sid = first.sid
        self.leg.hear("ringing", first.phone.after)
        for one in calls:
            if one is not first:
                await self._event(one, "completed", "canceled")
        await self._answered(first)
        return True

    async def _nobody(self, calls: Sequence[OtherCall], longest: float) -> bool:
        self.leg.hear("ringing", max(min(one.phone.after, longest) for one in calls))
        for one in calls:
            self.outcome.sid, self.outcome.status = one.sid, _unanswered(one, longest)
            await self._event(one, "completed", self.outcome.status)
        return False

    async def _answered(self, other: OtherCall) -> None:
        await self._event(other, "answered", "in-progress")
        began = self.leg.clock.now
        try:
            if await self._whispered(other):
                self._talk(other)
                self.outcome.status = "completed"
            else:
                self.outcome.status = self.run.settings.declined
        finally:
            self.outcome.seconds = self.leg.clock.now - began
            self.leg.clock.hang_ups.pop(other.sid, None)
            await self._event(other, "completed", "completed")

    async def _whispered(self, other: OtherCall) -> bool:
        """Run the whisper on the other side; whether both are to be connected."""
        url = other.noun.get("url")
        if other.noun.tag != "Number" or not url:
            return True
        began, side = self.leg.clock.now, self._side(other)
        request = Request(urljoin(self.document.url, url), other.noun.get("method") or "POST")
        try:
            await self.run.nested(side, "whisper").run(request)
        except DocumentError as error:
            side.note(error.text, error.code, is_error=True, url=error.url)
            return False
        except Ended as ended:
            if ended.ending is Ending.LONGEST:
                raise
            return False
        except LegEnded as gone:
            if gone.sid != other.sid:
                raise
            return False
        else:
            return True
        finally:
            self._meanwhile(began)

    def _meanwhile(self, began: float) -> None:
        """Note what the caller heard during the whisper."""
        seconds = self.leg.clock.now - began
        on_bridge = self.element.get("answerOnBridge") == "true"
        kind = "ringing" if on_bridge else "silence"
        self.leg.transcript.heard.append(Heard(at=began, who=self.leg.who, kind=kind, seconds=seconds))
        if seconds and not on_bridge:
            self.leg.note(f"the caller hears nothing for {seconds:.0f} s: Dial has no answerOnBridge")

    def _side(self, other: OtherCall) -> Leg:
        caller_id = self.element.get("callerId") or self.leg.fields["From"]
        fields = {
            **self.leg.fields,
            "CallSid": other.sid,
            "ParentCallSid": self.leg.sid,
            "Direction": "outbound-dial",
            "From": caller_id,
            "Caller": caller_id,
            "To": other.number,
            "Called": other.number,
        }
        return Leg(
            sid=other.sid,
            who=other.number,
            script=Script(list(other.phone.script)),
            clock=self.leg.clock,
            transcript=self.leg.transcript,
            webhooks=self.leg.webhooks,
            fields=fields,
        )

    def _talk(self, other: OtherCall) -> None:
        seconds = min(other.phone.talks, number(self.element, "timeLimit", LONGEST))
        following = self.leg.script.next
        if (
            self.element.get("hangupOnStar") == "true"
            and isinstance(following, Press)
            and "*" in following.keys
        ):
            self.leg.script.take()
            seconds = min(seconds, STAR_AFTER)
        began, self.outcome.bridged = self.leg.clock.now, True
        try:
            self.leg.hear("talk", seconds, other.number)
        finally:
            lasted = self.leg.clock.now - began
            self.leg.transcript.bridges.append(Bridge(began, other.number, lasted, other.phone.is_mailbox))

    async def _event(self, other: OtherCall, event: str, status: str) -> None:
        address = other.noun.get("statusCallback") if other.noun.tag == "Number" else None
        if not address or event not in other.noun.get("statusCallbackEvent", "completed").split():
            return
        side = self._side(other)
        side.status = status
        form = {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(other.sequence),
            "Timestamp": "Mon, 30 Nov 2026 08:00:00 +0000",
            **({"CallDuration": str(round(self.outcome.seconds))} if event == "completed" else {}),
        }
        other.sequence += 1
        method = other.noun.get("statusCallbackMethod") or "POST"
        await side.tell(urljoin(self.document.url, address), form, method)


def _unanswered(one: OtherCall, timeout: float) -> str:
    return one.phone.status if one.phone.after <= timeout and one.phone.status != "completed" else "no-answer"
