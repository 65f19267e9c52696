"""One line of JSON for each request, without personal data.

Neither the client's address nor the path as it was asked for is written: a path may hold a token. The route
is written as it is declared (`/hooks/{channel}`), with the channel's name.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from typing import IO, TYPE_CHECKING

from broadcast.model.clock import Clock

if TYPE_CHECKING:
    from aiohttp import web

_NAMED = ("channel", "step")


class AccessLog:
    """Writes a line to `out` when a request was answered; the lines of one moment are written together."""

    def __init__(self, out: IO[str], clock: Clock) -> None:
        self._out = out
        self._clock = clock
        self._lines: list[str] = []

    async def __call__(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer the request and write its line; the form of middleware that aiohttp asks for."""
        began = self._clock.monotonic()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except Exception as error:
            status = getattr(error, "status", 500)
            raise
        finally:
            self._write(request, status, self._clock.monotonic() - began)

    def _write(self, request: web.Request, status: int, seconds: float) -> None:
        resource = request.match_info.route.resource
        named = [(name, request.match_info[name]) for name in _NAMED if name in request.match_info]
        about = _about(request.method, resource.canonical if resource else None, *named)
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        at = self._clock.now().isoformat(timespec="milliseconds")
        self._lines.append(f'{{"at": "{at}", {about}, "status": {status}, "ms": {seconds * 1000:.1f}}}')

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        report(self._out, "\n".join(lines))


@lru_cache(maxsize=64)  # because it is the same for most requests, and JSON takes a while
def _about(method: str, route: str | None, *named: tuple[str, str]) -> str:
    return json.dumps({"method": method, "route": route, **dict(named)})[1:-1]


def report(log: IO[str], line: str) -> None:
    """Write a line of text about trouble; a log that is full or closed stops nothing."""
    with suppress(OSError, ValueError):  # ValueError: it is closed
        log.write(f"{line}\n")
        log.flush()
