"""Calls to our number: one caller each, and the phone of the agent who is rung for them."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from broadcast.errors import UsageError
from broadcast.sandbox.callbacks import CallbackSender
from broadcast.sandbox.telephone.follow_twiml import TwimlFollower
from broadcast.sandbox.telephone.phone_leg import LegWait, PhoneLeg, WaitsFor
from broadcast.sandbox.wire.base import whole

_ACCOUNT = "AC" + "5a" * 16
_VERSION = "2010-04-01"
#: What Twilio writes for a withheld number.
_WITHHELD = "+266696687"
_KEYS = frozenset("0123456789*#")
_MOST_CALLS = 200
#: Seconds that a phone rings if our server says nothing else.
_RINGS = 60
#: What is reported of a phone that rang, by what its owner did.
_UNREACHED = {"decline": "busy", "silent": "no-answer"}
_SHORTEST_MESSAGE, _CHARACTERS_A_SECOND = 2, 14


@dataclass(slots=True, kw_only=True)
class TelephoneCall:
    """One call: the leg of the caller, and those of the agents who were rung.

    In a call that our server asked for (`out`), `caller` is the person who is rung first. `report_to` is the
    address that learns how it ended, "" if none does or it has.
    """

    caller: PhoneLeg
    called: str
    at: datetime
    out: bool = False
    report_to: str = ""
    agents: list[PhoneLeg] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def agent(self) -> PhoneLeg | None:
        """The agent who rings or talks now."""
        return next((one for one in reversed(self.agents) if not one.over), None)

    def as_json(self) -> dict[str, Any]:
        """Return the call for the page and the command line."""
        return {
            "sid": self.caller.sid,
            "from": self.caller.number,
            "to": self.called,
            "at": self.at.isoformat(),
            "over": self.caller.over,
            "out": self.out,
            "legs": [one.as_json() for one in (self.caller, *self.agents)],
        }


class Telephone:
    """The telephone network of the sandbox; `text` delivers an SMS to a number."""

    def __init__(self, post: CallbackSender, text: Callable[[str, str, str], None]) -> None:
        self.calls: OrderedDict[str, TelephoneCall] = OrderedDict()
        self._status = ""
        self._follow = TwimlFollower(
            post, self._ring, lambda leg, words: text(leg.number, leg.form["To"], words)
        )

    async def begin(self, caller: str, called: str, hooks: Mapping[str, str], at: datetime) -> TelephoneCall:
        """Let a person call one of our numbers; `hooks` says what is configured for it.

        Raises `UsageError` if nobody answers calls.
        """
        answer = hooks.get("twilio-voice")
        if not answer:
            raise UsageError(
                "nobody answers calls",
                hint="add [hotline] to broadcast.toml, then start `broadcast --sandbox serve`",
            )
        self._status = hooks.get("twilio-voice-status", "")
        leg = PhoneLeg(number=caller, form=_form(caller or _WITHHELD, called, "inbound"))
        call = self._begun(TelephoneCall(caller=leg, called=called, at=at))
        async with call.lock:
            await self._follow.fetch(leg, answer, {"CallStatus": "ringing"})
        return call

    def ring_out(self, sid: str, form: Mapping[str, str], at: datetime) -> TelephoneCall:
        """Let the phone ring that our server asked to be called; its words come when somebody answers."""
        leg = PhoneLeg(sid=sid, number=form["To"], form=_form(form["From"], form["To"], "outbound-api"))
        noun = Element("Number", url=form["Url"])
        seconds = float(whole(form, "Timeout", _RINGS, 600))
        leg.wait = LegWait(what=WaitsFor.ANSWER, verb=noun, seconds=seconds)
        ended = form.get("StatusCallback", "")
        return self._begun(TelephoneCall(caller=leg, called=form["From"], at=at, out=True, report_to=ended))

    def _begun(self, call: TelephoneCall) -> TelephoneCall:
        self.calls[call.caller.sid] = call
        while len(self.calls) > _MOST_CALLS:
            self.calls.popitem(last=False)
        return call

    async def act(self, sid: str, leg_sid: str, what: str, words: str) -> TelephoneCall:
        """Let a person on the phone do something; raises `UsageError` if they cannot do it now."""
        call = self.calls.get(sid)
        if call is None:
            raise UsageError(f"there is no call {sid}", hint="call again: `broadcast sandbox call`")
        leg = next((one for one in (call.caller, *call.agents) if one.sid == (leg_sid or sid)), None)
        async with call.lock:
            act = _ACTS.get(what)
            if leg is None or act is None:
                raise UsageError(f"nobody on the phone can {what!r}", hint=f"one of: {', '.join(_ACTS)}")
            if leg.over or leg.wait is None:
                raise UsageError("this person is no longer on the phone", hint="call again")
            rang = call.out and leg is call.caller and _rings(leg)
            await act(self, call, leg, words)
            if call.report_to and call.caller.over:
                result = _UNREACHED.get(what, "completed") if rang else "completed"
                ended, call.report_to = call.report_to, ""
                await self._follow.tell(call.caller, ended, {"CallStatus": result})
        return call

    async def press(self, call: TelephoneCall, leg: PhoneLeg, keys: str) -> None:
        """Press keys, one after the other."""
        if not keys or set(keys) - _KEYS:
            raise UsageError(f"a phone has no key {keys!r}", hint="press 0 to 9, * and #")
        for key in keys:
            if leg.wait is None:
                return
            await self._pressed(call, leg, key)

    async def _pressed(self, call: TelephoneCall, leg: PhoneLeg, key: str) -> None:
        wait = leg.wait
        if wait is None or wait.what not in {WaitsFor.KEYS, WaitsFor.MESSAGE}:
            leg.note(f"presses {key}, which nobody reads now", "person")
            return
        leg.note(f"presses {key}", "person")
        if wait.what is WaitsFor.MESSAGE:
            await self._follow.go_on(leg)
            return
        finishes = key in wait.finish
        leg.typed += "" if finishes else key
        if finishes or (wait.digits and len(leg.typed) >= wait.digits):
            await self._answered(call, leg, wait, {"Digits": leg.typed, "msg": "Gather End"})

    async def say(self, call: TelephoneCall, leg: PhoneLeg, words: str) -> None:
        """Say something: an answer to a prompt, or a message after the tone."""
        wait = leg.wait
        if wait is None or not words.strip():
            raise UsageError("there are no words", hint="write what the person says")
        leg.note(words, "person")
        if wait.what is WaitsFor.MESSAGE:
            await self._recorded(leg, wait, max(_SHORTEST_MESSAGE, len(words) // _CHARACTERS_A_SECOND))
        elif wait.what is WaitsFor.KEYS and wait.takes_speech:
            await self._answered(call, leg, wait, {"SpeechResult": words, "Confidence": "0.9"})

    async def be_silent(self, call: TelephoneCall, leg: PhoneLeg, _words: str) -> None:
        """Let the time pass for which the platform waits."""
        wait = leg.wait
        if wait is None or wait.what is WaitsFor.TALK:
            return
        if wait.what is WaitsFor.MESSAGE:
            leg.note("silence")
            await self._follow.go_on(leg)
        elif wait.what is WaitsFor.KEYS:
            await self._not_answered(call, leg, wait)
        elif wait.what is WaitsFor.ANSWER:
            await self._dialled(call, leg, "no-answer")
        elif call.agent is not None:
            await self._dialled(call, call.agent, "no-answer")

    async def hang_up(self, call: TelephoneCall, leg: PhoneLeg, _words: str) -> None:
        """Hang up."""
        leg.note("hangs up", "person")
        if leg.parent:
            await self._dialled(call, leg, "completed")
            return
        wait, agent = leg.wait, call.agent
        leg.end()
        if wait and wait.what in {WaitsFor.RINGING, WaitsFor.TALK} and wait.action:
            result = "completed" if wait.what is WaitsFor.TALK else "canceled"
            await self._follow.tell(leg, wait.action, {"CallStatus": "completed", "DialCallStatus": result})
        if self._status:
            await self._follow.tell(leg, self._status, {"CallStatus": "completed"})
        if agent is not None and (wait is None or wait.what is WaitsFor.TALK or _rings(agent)):
            agent.note("the caller has hung up")
            agent.end()

    async def answer(self, call: TelephoneCall, leg: PhoneLeg, _words: str) -> None:
        """Pick up a phone that rings; what is said before two people are connected is heard first."""
        await self._picked_up(call, leg, "answers")

    async def mailbox(self, call: TelephoneCall, leg: PhoneLeg, _words: str) -> None:
        """Let a machine pick up: it speaks, and presses no key."""
        await self._picked_up(call, leg, "a mailbox answers")
        while leg.wait is not None and leg.wait.what is WaitsFor.KEYS and not leg.over:
            await self._not_answered(call, leg, leg.wait)

    async def decline(self, call: TelephoneCall, leg: PhoneLeg, _words: str) -> None:
        """Refuse a phone that rings."""
        leg.note("declines", "person")
        await self._dialled(call, leg, "busy")

    async def _picked_up(self, call: TelephoneCall, leg: PhoneLeg, how: str) -> None:
        wait = leg.wait
        if wait is None or wait.what is not WaitsFor.ANSWER:
            raise UsageError("this phone does not ring", hint="answer it while it rings")
        leg.note(how, "person")
        whisper = wait.verb.get("url", "")
        if whisper:
            await self._follow.fetch(leg, urljoin(wait.url, whisper), {"CallStatus": "in-progress"})
        await self._connected(call, leg)

    async def _answered(
        self, call: TelephoneCall, leg: PhoneLeg, wait: LegWait, form: Mapping[str, str]
    ) -> None:
        await self._follow.fetch(leg, wait.action or leg.url, {"CallStatus": "in-progress", **form})
        await self._connected(call, leg)

    async def _not_answered(self, call: TelephoneCall, leg: PhoneLeg, wait: LegWait) -> None:
        """Go on after a Gather that got no key and no word, except those that were typed before."""
        leg.note("silence")
        if leg.typed or wait.verb.get("actionOnEmptyResult") == "true":
            await self._answered(call, leg, wait, {"Digits": leg.typed} if leg.typed else {})
            return
        await self._follow.go_on(leg)
        await self._connected(call, leg)

    async def _recorded(self, leg: PhoneLeg, wait: LegWait, seconds: int) -> None:
        """Report a recording with words, and go on."""
        kept = {"RecordingUrl": _recording(), "RecordingDuration": str(seconds)}
        if stored := wait.verb.get("recordingStatusCallback"):
            await self._follow.tell(leg, urljoin(wait.url, stored), {**kept, "RecordingStatus": "completed"})
        await self._follow.fetch(leg, wait.action or leg.url, {"CallStatus": "in-progress", **kept})

    async def _ring(self, leg: PhoneLeg, dial: Element) -> None:
        """Let the phone of an agent ring."""
        number = dial.find("Number")
        noun = dial if number is None else number
        dialled = (noun.text or "").strip()
        form = {**_form(leg.form["From"], dialled, "outbound-dial"), "ParentCallSid": leg.sid}
        agent = PhoneLeg(number=dialled, form=form, parent=leg.sid, url=leg.url)
        seconds = leg.wait.seconds if leg.wait else 0
        agent.wait = LegWait(what=WaitsFor.ANSWER, verb=noun, seconds=seconds, url=leg.url)
        leg.note(f"{dialled} rings")
        self.calls[leg.sid].agents.append(agent)

    async def _connected(self, call: TelephoneCall, agent: PhoneLeg) -> None:
        """Connect an agent whose document has ended; a document that hung up ends the ringing."""
        if not agent.parent or agent.wait is not None:
            return
        dialling = call.caller.wait
        if agent.over or dialling is None:
            await self._dialled(call, agent, "completed")
            return
        for leg, other in ((call.caller, agent.number), (agent, call.caller.number or "a withheld number")):
            leg.note(f"connected with {other}")
            leg.wait = LegWait(what=WaitsFor.TALK, verb=dialling.verb, seconds=0, url=dialling.url)

    async def _dialled(self, call: TelephoneCall, agent: PhoneLeg, result: str) -> None:
        """Go on with the caller after an agent was rung, or the conversation is over."""
        wait = call.caller.wait
        agent.end()
        if call.caller.over or wait is None:
            return
        call.caller.note("the conversation is over" if wait.what is WaitsFor.TALK else "nobody accepts")
        if wait.action:
            form = {"CallStatus": "in-progress", "DialCallStatus": result, "DialCallSid": agent.sid}
            await self._follow.fetch(call.caller, wait.action, form)
        else:
            await self._follow.go_on(call.caller)


_Act = Callable[[Telephone, TelephoneCall, PhoneLeg, str], Awaitable[None]]
_ACTS: Mapping[str, _Act] = {
    "press": Telephone.press,
    "say": Telephone.say,
    "silent": Telephone.be_silent,
    "hang-up": Telephone.hang_up,
    "answer": Telephone.answer,
    "mailbox": Telephone.mailbox,
    "decline": Telephone.decline,
}


def _form(caller: str, called: str, direction: str) -> dict[str, str]:
    return {
        "AccountSid": _ACCOUNT, "From": caller, "To": called, "Caller": caller, "Called": called,
        "CallStatus": "in-progress", "Direction": direction, "ApiVersion": _VERSION,
    }  # fmt: skip


def _rings(leg: PhoneLeg) -> bool:
    return leg.wait is not None and leg.wait.what is WaitsFor.ANSWER


def _recording() -> str:
    return f"https://api.twilio.com/{_VERSION}/Accounts/{_ACCOUNT}/Recordings/RE{secrets.token_hex(16)}"
