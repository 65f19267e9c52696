"""A server with hand-written TwiML, for tests of the telephone platform itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import (
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from tests.harness.telephone import TelephonePlatform

ORIGIN = "https://notify.muster.example"
TOKEN = "0123456789abcdef0123456789abcdef"
ENTRY = "/voice/answer/0"
Form = Mapping[str, str]
Page = str | web.Response | Callable[[Form], Any]


@dataclass
class TwimlServer:
    """Pages by path; a page is verbs, a response, or a function of the form that returns one or awaits it."""

    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    origin: str = ORIGIN

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = MultiDict(await request.post()) if request.method == "POST" else MultiDict()
        signature = request.headers.get("X-Twilio-Signature", "")
        signed = self.origin + request.raw_path
        algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, ""))
        if not RequestValidator(TOKEN).validate(signed, form, signature, algorithm):
            return web.Response(status=403)
        fields = {**request.query, **{name: str(value) for name, value in form.items()}}
        self.requests.append((request.method, request.raw_path, fields))
        page = self.pages[request.path]
        page = page(fields) if callable(page) else page
        if hasattr(page, "__await__"):
            page = await page
        if isinstance(page, str):
            return web.Response(text=f"<Response>{page}</Response>", content_type="text/xml")
        return page

    def forms(self, path: str) -> list[dict[str, str]]:
        """What was posted to a path."""
        return [form for _, where, form in self.requests if where.partition("?")[0] == path]

    def paths(self) -> list[str]:
        """The paths in the order of their requests."""
        return [path.partition("?")[0] for _, path, _ in self.requests]

    def platform(self, **settings: Any) -> TelephonePlatform:
        """Return an account whose number asks this server."""
        return TelephonePlatform(origin=ORIGIN, server=self.url, token=TOKEN, **settings)


@pytest.fixture
async def served() -> AsyncIterator[TwimlServer]:
    server = TwimlServer()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server
    server.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]  # a plain server has sockets
    yield server
    await runner.cleanup()
