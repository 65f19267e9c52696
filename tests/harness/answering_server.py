"""An HTTP server on this machine that answers as it is told, or not at all, and counts what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class AnsweringServer:
    """`respond` makes each answer; `asked` has the path and query, `bodies` the body of each request."""

    respond: Respond
    url: str = ""
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.raw_path)
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        return await self.respond(request)


def says(document: object, status: int = 200) -> Respond:
    """Answer with JSON."""
    return says_text(json.dumps(document), status)


def says_text(text: str, status: int = 200) -> Respond:
    async def respond(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status, content_type="application/json")

    return respond


async def hangs(_: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def trickles(request: web.Request) -> web.StreamResponse:
    """Begin the answer, and never end it."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b'{"name": "')
    await asyncio.Event().wait()
    raise AssertionError


@asynccontextmanager
async def answering(respond: Respond) -> AsyncIterator[AnsweringServer]:
    server = AnsweringServer(respond)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
