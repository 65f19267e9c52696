"""The platform as a test uses it: its account, the phones in the world, and calls."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp

from tests.harness.telephone.clock import CallClock, Ended, LegEnded
from tests.harness.telephone.dialling import dial
from tests.harness.telephone.documents import read
from tests.harness.telephone.gathering import gather
from tests.harness.telephone.interpreter import Interpreter, Settings, Verb
from tests.harness.telephone.leg import CALLER, Leg
from tests.harness.telephone.persons import Action, Phone, PhoneBook, Script
from tests.harness.telephone.queueing import enqueue
from tests.harness.telephone.recording import record
from tests.harness.telephone.speaking import hang_up, leave, redirect, reject, speak
from tests.harness.telephone.transcript import Ending, Transcript
from tests.harness.telephone.webhooks import ANSWER_WITHIN, Answer, DocumentError, Request, Webhooks

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
VERBS: Mapping[str, Verb] = {
    **dict.fromkeys(("Say", "Play", "Pause"), speak),
    "Gather": gather,
    "Redirect": redirect,
    "Dial": dial,
    "Record": record,
    "Hangup": hang_up,
    "Reject": reject,
    "Enqueue": enqueue,
    "Leave": leave,
}


@dataclass(kw_only=True)
class TelephonePlatform:
    """An account at Twilio with one number.

    Attributes:
        origin: the public origin of our server, `[serve] url`; requests are signed for it.
        server: where our server listens, `http://127.0.0.1:1234`.
        token: the account's token, which signs.
        entry: the voice URL of the number, below `origin`.
        fallback: the fallback URL of the number; below `origin`, or of another host in `hosts`.
        fallback_method: GET if it is a file on a host that takes no POST.
        status_callback: the status callback of the number.
        hosts: other origins by where they listen; anything else is a bad host name.
        phones: what happens at the numbers that are dialled; a list is one after the other.
        declined: the DialCallStatus after a whisper that hung up; try `no-answer`, too.
        served_after: seconds in a queue until somebody takes the caller; None is never.
        recording_callbacks: how often recordingStatusCallback is told.
        most_documents: how many documents a call may ask for until it counts as endless.
        fields: more fields of every request, such as `AnsweredBy`, `ForwardedFrom` or `CallerName`.
        copies: how often each request is sent, to see that a repetition does nothing.
        answer_within: real seconds an answer may take; it counts as 15 seconds of the call.
        passes: told how many seconds of a call have passed, for a clock of the server.
        before: awaited before each request, to break something just then.
    """

    origin: str
    server: str
    token: str
    number: str = "+4930231250"
    account: str = f"AC{'5a' * 16}"
    entry: str = "/voice/answer/0"
    fallback: str | None = None
    fallback_method: str = "POST"
    status_callback: str | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
    phones: Mapping[str, Phone | Sequence[Phone]] = field(default_factory=dict)
    declined: str = "completed"
    served_after: float | None = None
    recording_callbacks: int = 1
    fields: Mapping[str, str] = field(default_factory=dict)
    copies: int = 1
    most_documents: int = 200
    answer_within: float = ANSWER_WITHIN
    passes: Callable[[float], None] | None = None
    before: Callable[[Request], Awaitable[None]] | None = None
    session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.session
        await self.session.close()
        self.session = None

    async def call(
        self, *script: Action, caller: str = "+4915112345678", sid: str | None = None, to: str | None = None
    ) -> Transcript:
        """Let somebody call our number and do that; return everything that happened."""
        called = to or self.number
        names = {"From": caller, "Caller": caller, "To": called, "Called": called, "Direction": "inbound"}
        async with self._leg(script, names, caller, sid) as leg:
            leg.status = "ringing"
            run = self._interpreter(leg)
            run.is_answered = False
            return await self._ended(leg, run, Request(self.origin + self.entry))

    async def place(
        self,
        to: str,
        *script: Action,
        url: str | None = None,
        twiml: str | None = None,
        sid: str | None = None,
    ) -> Transcript:
        """Let our server call a person, who answers and does that, with a document or the address of one."""
        ours = self.number
        names = {"From": ours, "Caller": ours, "To": to, "Called": to, "Direction": "outbound-api"}
        async with self._leg(script, names, to, sid) as leg:
            run = self._interpreter(leg)
            if twiml is None:
                assert url
                return await self._ended(leg, run, Request(urljoin(self.origin + "/", url)))
            return await self._ended(leg, run, self._inline(twiml))

    async def report(self, url: str, to: str, sid: str, status: str) -> None:
        """Tell `url` that a call of ours to this number ended so, and was not answered."""
        ours = self.number
        names = {"From": ours, "Caller": ours, "To": to, "Called": to, "Direction": "outbound-api"}
        async with self._leg((), names, to, sid) as leg:
            leg.status = status
            await replace(self, status_callback=url)._tell_end(leg)

    def _inline(self, twiml: str) -> Answer:
        return Answer(
            url=self.origin + "/",
            headers={},
            status=200,
            content_type="text/xml",
            body=twiml.encode(),
            took=0.0,
        )

    def _interpreter(self, leg: Leg) -> Interpreter:
        settings = Settings(
            number=self.number,
            phones=PhoneBook(dict(self.phones)),
            declined=self.declined,
            served_after=self.served_after,
            recording_callbacks=self.recording_callbacks,
            most_documents=self.most_documents,
        )
        return Interpreter(leg, settings, VERBS)

    @asynccontextmanager
    async def _leg(
        self, script: Sequence[Action], names: Mapping[str, str], person: str, sid: str | None
    ) -> AsyncIterator[Leg]:
        sid = sid or f"CA{uuid.uuid4().hex}"
        session = self.session or aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        webhooks = Webhooks(
            session=session,
            origin=self.origin,
            server=self.server,
            token=self.token,
            hosts=self.hosts,
            answer_within=self.answer_within,
            copies=self.copies,
            before=self.before,
        )
        try:
            yield Leg(
                sid=sid,
                who=CALLER,
                script=Script(list(script)),
                clock=CallClock(self.passes),
                transcript=Transcript(sid, person),
                webhooks=webhooks,
                fields=self._fields(sid, names),
            )
        finally:
            if session is not self.session:
                await session.close()

    def _fields(self, sid: str, names: Mapping[str, str]) -> dict[str, str]:
        """Return the fields of every request, with the empty ones that numbers outside America have."""
        places = {
            f"{who}{what}": ("DE" if what == "Country" else "")
            for who in ("From", "To", "Caller", "Called")
            for what in ("City", "State", "Zip", "Country")
        }
        token = '{"parentCallInfoToken":"eyJhbGciOiJFUzI1NiJ9.e+/=="}'
        return {
            **places,
            **names,
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallToken": token,
            **self.fields,
        }

    async def _ended(self, leg: Leg, run: Interpreter, first: Request | Answer) -> Transcript:
        try:
            ending = await self._ending(leg, run, first)
        except LegEnded:
            ending = Ending.HUNG_UP_BY_CALLER
        except Ended as ended:
            ending = ended.ending
        if leg.status in {"ringing", "in-progress"}:
            leg.status = "completed"
        leg.transcript.ending, leg.transcript.seconds = ending, leg.clock.now
        await self._tell_end(leg)
        return leg.transcript

    async def _ending(self, leg: Leg, run: Interpreter, first: Request | Answer) -> Ending:
        following: Request | None = None
        try:
            if isinstance(first, Answer):
                following = await run.execute(read(first, "call"))
            else:
                following = first
            if following:
                await run.run(following)
        except DocumentError as error:
            leg.note(error.text, error.code, is_error=True, url=error.url)
            return await self._failed(leg, run, error)
        return Ending.NO_MORE_VERBS

    async def _failed(self, leg: Leg, run: Interpreter, error: DocumentError) -> Ending:
        """Ask for the fallback; without one, or if it fails as well, people hear that there is an error.

        https://www.twilio.com/docs/usage/security/availability-reliability, read 2026-11-30.
        """
        fallback = urljoin(self.origin, self.fallback) if self.fallback else None
        if fallback and error.url != fallback:
            form = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
            return await self._ending(leg, run, Request(fallback, self.fallback_method, form))
        leg.hear("error", 4.0, APPLICATION_ERROR, language="en-US")
        return Ending.APPLICATION_ERROR

    async def _tell_end(self, leg: Leg) -> None:
        if self.status_callback:
            form = {
                "CallbackSource": "call-progress-events",
                "SequenceNumber": "0",
                "Timestamp": "Mon, 30 Nov 2026 08:00:00 +0000",
                "CallDuration": str(round(leg.clock.now)),
                "Duration": "1",
            }
            await leg.tell(urljoin(self.origin, self.status_callback), form)
