"""Twilio's Calls resource: our server asks for calls, and the platform plays them. Messages are only kept.

Sources: https://www.twilio.com/docs/voice/api/call-resource (2026-11-30): `To`, `From` and `Url` make a call,
`Timeout` says how long it rings, `StatusCallback` is told the final state; the list is filtered by `To` and
`From`, newest first.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

from aiohttp import web

from tests.harness.telephone.persons import UNREACHABLE, PhoneBook
from tests.harness.telephone.platform import TelephonePlatform
from tests.harness.telephone.transcript import Transcript

_ACCOUNT = "/2010-04-01/Accounts/{account}"


@dataclass(kw_only=True)
class MadeCall:
    """One call that our server asked for; `seconds` is how long it may ring."""

    sid: str
    to: str
    sender: str
    url: str
    ended: str
    seconds: float
    status: str = "queued"
    created: str = field(default_factory=lambda: formatdate(usegmt=True))
    transcript: Transcript | None = None

    def document(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.sender,
            "status": self.status,
            "date_created": self.created,
        }


@dataclass(kw_only=True)
class CallsApi:
    """The resource, while `listening`.

    Attributes:
        platform: plays the calls; its phones say who answers.
        calls: all calls, oldest first.
        messages: the forms of all messages, oldest first.
        losing: how many of the next calls are made, but their answers lost.
        refusing: how many of the next requests get HTTP 429, without a call.
        holding: whether calls wait until `release`, as while people talk.
        silent: whether no status callback is sent.
        played: set once a call that was answered is over.
    """

    platform: TelephonePlatform
    calls: list[MadeCall] = field(default_factory=list)
    messages: list[dict[str, str]] = field(default_factory=list)
    losing: int = 0
    refusing: int = 0
    holding: bool = False
    silent: bool = False
    played: asyncio.Event = field(default_factory=asyncio.Event)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen; yield the address, for `base_url`."""
        application = web.Application()
        application.router.add_post(f"{_ACCOUNT}/Calls.json", self._create)
        application.router.add_get(f"{_ACCOUNT}/Calls.json", self._list)
        application.router.add_get(f"{_ACCOUNT}/Calls/{{sid}}.json", self._show)
        application.router.add_post(f"{_ACCOUNT}/Messages.json", self._message)
        self._phones = PhoneBook(dict(self.platform.phones))
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            self.release()
            await self.over()
            await runner.cleanup()

    def release(self) -> None:
        """Let calls that wait go on."""
        self._released.set()

    async def over(self) -> None:
        """Wait until every call is over."""
        while self._running:
            await asyncio.gather(*self._running)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if self.refusing:
            self.refusing -= 1
            return web.json_response({"code": 20429, "message": "Too many requests"}, status=429)
        call = MadeCall(
            sid=f"CA{uuid.uuid4().hex}",
            to=str(form["To"]),
            sender=str(form["From"]),
            url=str(form["Url"]),
            ended=str(form.get("StatusCallback", "")),
            seconds=float(str(form.get("Timeout", "60"))),
        )
        self.calls.append(call)
        task = asyncio.create_task(self._play(call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if self.losing:
            self.losing -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response(call.document(), status=201)

    async def _play(self, call: MadeCall) -> None:
        if self.holding:
            await self._released.wait()
        phone = self._phones.dial(call.to) or UNREACHABLE
        answers = phone.status == "completed" and phone.after <= call.seconds
        if answers:
            call.status = "in-progress"
            told = None if self.silent else call.ended
            platform = replace(self.platform, status_callback=told)
            call.transcript = await platform.place(call.to, *phone.script, url=call.url, sid=call.sid)
            call.status = "completed"
            self.played.set()
            return
        call.status = phone.status if phone.status != "completed" else "no-answer"
        if call.ended and not self.silent:
            await self.platform.report(call.ended, call.to, call.sid, call.status)

    async def _message(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.messages.append({name: str(value) for name, value in form.items()})
        return web.json_response({"sid": f"SM{uuid.uuid4().hex}", "status": "queued"}, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        wanted = request.query
        found = [one for one in reversed(self.calls) if one.to == wanted.get("To", one.to)]
        listed = [one.document() for one in found if one.sender == wanted.get("From", one.sender)]
        return web.json_response({"calls": listed, "next_page_uri": None})

    async def _show(self, request: web.Request) -> web.Response:
        found = next((one for one in self.calls if one.sid == request.match_info["sid"]), None)
        if found is None:
            return web.json_response({"code": 20404}, status=404)
        return web.json_response(found.document())
