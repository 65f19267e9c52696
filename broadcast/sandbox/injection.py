"""How a request with a fault is answered, or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from broadcast.sandbox.faults import Fault, Kind
from broadcast.sandbox.wire.base import JSON, WireAnswer

if TYPE_CHECKING:
    from aiohttp import web

_FOR_EVER = 600.0  # seconds; no client waits longer, and waiting requests must not accumulate
_HUGE = 512 * 1024 * 1024
_CHUNK = b" " * 65_536
_HTML = (
    b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center><hr>"
    b"<center>nginx</center></body></html>"
)

#: The target of a redirect, where a followed request would look like a success.
ELSEWHERE = "/_sandbox/elsewhere"


def disguise(fault: Fault, answer: WireAnswer) -> WireAnswer:
    """Return the answer as the fault changes its content."""
    if fault.kind == "garbage":
        return replace(answer, body=b"\xff\xfe{<not json" + answer.body[:7])
    if fault.kind == "no_id":
        return _without_id(answer)
    if fault.kind == "redirect":
        return replace(answer, status=302, body=b"", headers={"Location": ELSEWHERE})
    if fault.html and not answer.accepted:
        page = _HTML % (answer.status, answer.status)
        return replace(answer, body=page, content_type="text/html")
    return answer


async def deliver(fault: Fault, request: web.BaseRequest, answer: WireAnswer) -> web.StreamResponse:
    """Write the answer in the way of the fault."""
    write = _WRITERS.get(fault.kind)
    if write is None:
        return respond(answer)
    try:
        return await write(fault, request, answer)
    except ConnectionError:  # the client closed the connection, as most of these faults intend
        return respond(answer)


def respond(answer: WireAnswer) -> web.StreamResponse:
    """Return the answer unchanged."""
    from aiohttp import web

    headers = {"Content-Type": answer.content_type, **answer.headers}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _without_id(answer: WireAnswer) -> WireAnswer:
    headers = {name: value for name, value in answer.headers.items() if name != "X-Message-Id"}
    if not answer.body or answer.content_type != JSON:
        return replace(answer, headers=headers)
    document: Any = json.loads(answer.body)
    for part in (document, document.get("data", {})) if isinstance(document, dict) else ():
        for name in ("sid", "id", "uri"):
            part.pop(name, None)
    return replace(answer, headers=headers, body=json.dumps(document).encode())


async def _drop(_fault: Fault, request: web.BaseRequest, _answer: WireAnswer) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return respond(WireAnswer(status=500))


async def _hang(fault: Fault, request: web.BaseRequest, answer: WireAnswer) -> web.StreamResponse:
    await asyncio.sleep(_FOR_EVER)
    return await _drop(fault, request, answer)


async def _drip(fault: Fault, request: web.BaseRequest, answer: WireAnswer) -> web.StreamResponse:
    response = await _begin(request, answer, len(answer.body))
    for position in range(len(answer.body)):
        await response.write(answer.body[position : position + 1])
        await asyncio.sleep(fault.delay)
    return response


async def _huge(_fault: Fault, request: web.BaseRequest, answer: WireAnswer) -> web.StreamResponse:
    response = await _begin(request, answer, _HUGE)
    for _ in range(_HUGE // len(_CHUNK)):
        await response.write(_CHUNK)
    return response


async def _truncated(_fault: Fault, request: web.BaseRequest, answer: WireAnswer) -> web.StreamResponse:
    body = answer.body or b"{}"
    response = await _begin(request, answer, len(body) + 64)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _begin(request: web.BaseRequest, answer: WireAnswer, length: int) -> web.StreamResponse:
    from aiohttp import web

    headers = {"Content-Type": answer.content_type, **answer.headers}
    response = web.StreamResponse(status=answer.status, headers=headers)
    response.content_length = length
    await response.prepare(request)
    return response


_Writer = Callable[[Fault, "web.BaseRequest", WireAnswer], Awaitable["web.StreamResponse"]]
_WRITERS: Mapping[Kind, _Writer] = {
    "refuse": _drop,
    "drop_before": _drop,
    "drop_after": _drop,
    "hang": _hang,
    "hang_after": _hang,
    "drip": _drip,
    "huge": _huge,
    "truncated": _truncated,
}
