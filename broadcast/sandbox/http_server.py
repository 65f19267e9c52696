"""The HTTP side: find the provider of a request, apply a fault, and write the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from broadcast.sandbox import calling
from broadcast.sandbox.answering import ROUTES, answer_as_person
from broadcast.sandbox.control import control, is_local
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.injection import deliver, disguise, respond
from broadcast.sandbox.records import Received, Requested
from broadcast.sandbox.state import SandboxState
from broadcast.sandbox.wire.base import AskedByPost, Refusal, Wire, WireAnswer, WireRequest

if TYPE_CHECKING:
    from aiohttp import web

_SENDING = frozenset({"POST", "PATCH", "PUT"})


class HttpHandler:
    """Handles every HTTP request; the paths below `/<provider>/` belong to that provider."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        state = self._state
        state.touched = state.clock.monotonic()
        if not is_local(request.headers):
            return respond(
                WireAnswer(
                    status=403,
                    body=b"only this machine may ask, by its loopback address\n",
                    content_type="text/plain",
                )
            )
        name, _, path = request.rel_url.raw_path[1:].partition("/")
        body = await request.content.read()
        asked = WireRequest(
            method=request.method,
            path=path,
            query=request.rel_url.raw_query_string,
            headers=request.headers,
            body=body,
            at=state.clock.now(),
        )
        wire = state.wires.get(name)
        control_path = f"/{name}/{path}".rstrip("/") or "/"
        if (request.method, control_path) in ROUTES:
            return respond(await answer_as_person(state, asked, control_path))
        if (request.method, control_path) in calling.ROUTES:
            return respond(await calling.call_as_person(state, asked, control_path))
        if wire is None:
            return respond(control(state, asked, control_path))
        fault = state.strike(name, sending=_sends(wire, asked))
        if fault is not None:
            return await self._struck(fault, wire, request, asked)
        answer = wire.answer(asked)
        self._record(wire, asked, answer.status, answer.received)
        return respond(answer)

    async def _struck(
        self, fault: Fault, wire: Wire, request: web.BaseRequest, asked: WireRequest
    ) -> web.StreamResponse:
        if fault.kind == "late":
            self._record(wire, asked, None, (), fault)
            if not await self._state.is_wanted_after(fault.delay):
                return respond(WireAnswer(status=503))
            answer = wire.answer(asked)
            self._state.keep(*answer.received)
            return respond(answer)
        answer = disguise(fault, _answer(fault, wire, asked))
        self._record(wire, asked, answer.status if fault.answered else None, answer.received, fault)
        return await deliver(fault, request, answer)

    def _record(
        self,
        wire: Wire,
        asked: WireRequest,
        status: int | None,
        received: tuple[Received, ...],
        fault: Fault | None = None,
    ) -> None:
        if received:
            self._state.keep(*received)
        kind = fault.kind if fault else None
        path = "/" + asked.path
        self._state.note(
            Requested(
                provider=wire.name,
                at=asked.at,
                method=asked.method,
                path=path,
                status=status,
                fault=kind,
                reached=sum(one.tells for one in received),
            )
        )


def _sends(wire: Wire, asked: WireRequest) -> bool:
    return asked.method in _SENDING and not (isinstance(wire, AskedByPost) and wire.is_question(asked))


def _answer(fault: Fault, wire: Wire, asked: WireRequest) -> WireAnswer:
    if not fault.accepts:
        return wire.refusal(_refusal(fault, asked))
    answer = wire.answer(asked)
    if fault.kind != "status_after" or not answer.accepted:
        return answer
    return replace(wire.refusal(_refusal(fault, asked)), received=answer.received)


def _refusal(fault: Fault, asked: WireRequest) -> Refusal:
    status = {"ratelimit": 429, "auth": 401}.get(fault.kind, fault.status)
    patience = 1.0 if fault.kind == "ratelimit" and fault.retry_after is None else fault.retry_after
    return Refusal(status, asked.at, patience)
