"""A reverse proxy on this machine that can do what real ones do wrong."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from yarl import URL


def unchanged(text: str) -> str:
    return text


@dataclass(kw_only=True)
class Breaking:
    """What the proxy does to requests: `target` gets path and query, `answer` answers in place of `serve`."""

    target: Callable[[str], str] = unchanged
    answer: Callable[[web.Request], web.Response | None] = lambda _: None
    drops: frozenset[str] = frozenset()
    adds: Mapping[str, str] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@asynccontextmanager
async def proxy(port: int, behind: int, breaking: Breaking) -> AsyncIterator[None]:
    """Pass requests from `port` on to `behind`, changed as `breaking` says."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def pass_on(request: web.Request) -> web.StreamResponse:
            if answer := breaking.answer(request):
                return answer
            url = URL(f"http://127.0.0.1:{behind}{breaking.target(request.raw_path)}", encoded=True)
            headers = {k: v for k, v in request.headers.items() if k.lower() not in breaking.drops}
            try:
                async with session.request(
                    request.method,
                    url,
                    headers=headers,
                    data=await request.read() or None,
                    allow_redirects=False,
                ) as answered:
                    passed = {k: v for k, v in answered.headers.items() if k.lower() != "content-length"}
                    return web.Response(
                        status=answered.status,
                        body=await answered.read(),
                        headers={**passed, **breaking.adds},
                    )
            except aiohttp.ClientError:
                return web.Response(status=502)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", pass_on)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
        await runner.cleanup()
