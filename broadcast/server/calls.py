"""`POST /voice/{step}/{number}`: what a caller hears next.

The answer is decided from memory. What the step is to do is recorded before the answer; if the ledger takes
longer than 250 ms, it is written to the spool instead, and the caller does not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from broadcast.channels.base import HoldsCalls
from broadcast.hotline.apologies import failed, too_often
from broadcast.hotline.call_state import CallState, Step, call_state_of
from broadcast.hotline.caller import Caller
from broadcast.hotline.callers import LiveCall, LiveCalls
from broadcast.hotline.decide import decide
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import AcceptCall, BeginHandOver, CallerReached, Effect, RingAgent
from broadcast.hotline.event import Acceptance, CallEvent
from broadcast.hotline.recording import ChannelStep, call_step
from broadcast.hotline.snapshot import Snapshot
from broadcast.ledger.calls import MESSAGES
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.spool import LedgerSpool
from broadcast.model.call_document import CallDocument, HangUp
from broadcast.model.call_step import CallStep
from broadcast.model.clock import Clock
from broadcast.model.inbound import Forged, InboundAnswer, InboundRequest, Malformed
from broadcast.model.phone_call import CallRequest
from broadcast.model.phone_line import phone_line
from broadcast.server.caller_lookups import CallerLookups
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.model_answers import ModelAnswers
from broadcast.server.pages.rate_limit import RateLimit
from broadcast.server.patience import LedgerPatience
from broadcast.server.requests import BodyTooLarge, read_body

if TYPE_CHECKING:
    from aiohttp import web

#: Bytes of a request about a call.
MOST_BODY = 64 * 1024
#: Seconds that an answer waits for the ledger.
PATIENCE = 0.25
#: Calls of one number in a minute; more are told to call later.
CALLS_A_MINUTE = 10
#: Legs that we dial: what they hear is not about their own number.
_LEGS = frozenset({Step.WHISPER, Step.ACCEPT, Step.TAKE, Step.RETURN, Step.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsRoute:
    """The route's parts.

    `channel` is the name of the voice channel, and `adapter` speaks its provider's markup; `write` returns a
    document in it. `origin` is our public origin. `snapshot` returns what is known now. `planned` is called
    if a step left something to do. With `agent_page`, an agent who accepts a call gets a link to its page.
    """

    channel: str
    adapter: HoldsCalls
    write: Callable[[CallDocument], InboundAnswer]
    origin: str
    snapshot: Callable[[], Snapshot]
    writer: LedgerWriter
    spool: LedgerSpool[ChannelStep]
    live: LiveCalls
    lookups: CallerLookups
    answers: ModelAnswers
    limit: RateLimit
    clock: Clock
    counters: Counters
    planned: Callable[[], None]
    trouble: Callable[[str], None]
    agent_page: bool = False
    patience: LedgerPatience = field(default_factory=lambda: LedgerPatience(PATIENCE))

    async def answer(self, request: web.Request) -> web.Response:
        """Verify, decide, record, then answer. A caller hears words whatever fails inside."""
        from aiohttp import web

        try:
            asked = self.adapter.read_call(await self._inbound(request))
        except (Forged, Malformed, BodyTooLarge) as error:
            return self._refused(error)
        try:
            document = await self._document(request, asked)
        except Exception as error:  # noqa: BLE001 - a caller must not hear "application error"
            self.counters.add("call_trouble")
            self.trouble(f"{self.channel}: {type(error).__name__} while a call was answered")
            document = self._apology(request)
        answer = self.write(document)
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    async def _inbound(self, request: web.Request) -> InboundRequest:
        return InboundRequest(
            method=request.method,
            url=self.origin + request.raw_path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await read_body(request, MOST_BODY),
            at=self.clock.now(),
        )

    async def _document(self, request: web.Request, asked: CallRequest) -> CallDocument:
        snapshot = self.answers.informed(self.snapshot())
        state = _state(request, snapshot)
        begins = state.step is Step.ANSWER and not state.number
        if begins and asked.caller and not self.limit.count(asked.caller):
            self.counters.add("calls_over_limit")
            return too_often(state, snapshot)
        if begins:
            self.counters.add("calls", self.channel)
        event = await self._event(state, asked)
        found = await self.answers.fetch(asked.call, state, snapshot, asked.digits)
        event = replace(event, answer=found.answer if found else None)
        decision = decide(state, event, snapshot)
        accepting = _accepting(decision.effects)
        if accepting:
            event = replace(event, acceptance=await self._accepted(state, event, accepting))
            if event.acceptance is not Acceptance.MINE:
                decision = decide(state, event, snapshot)
        self.answers.begin(asked.call, decision, snapshot)
        looked_up = self.lookups.effects(self.live.get(state.call or event.request.call))
        evidence = (*looked_up, *((found.asked,) if found else ()))
        decision = replace(decision, effects=(*decision.effects, *evidence))
        await self._record(call_step(state, event, self.answers.kept(decision)))
        self._remember(state, event, decision)
        return decision.document

    async def _event(self, state: CallState, asked: CallRequest) -> CallEvent:
        """Return the request with what is known of its call, from memory or else from the ledger."""
        now = self.clock.now()
        live = await self._live(state, asked, now)
        return CallEvent(
            request=asked,
            caller=live.caller,
            at=now,
            waited=int((now - live.asked_at).total_seconds()) if live.asked_at else 0,
            acceptance=_acceptance(state, live),
            agent=_agent_of_leg(state, live),
            rung=tuple(live.rung),
        )

    async def _live(self, state: CallState, asked: CallRequest, now: datetime) -> LiveCall:
        call = state.call or asked.call
        known = self.live.get(call)
        if known is not None:
            return known
        number = "" if state.step in _LEGS else asked.caller
        known_there = self.writer.call(lambda ledger: _known(ledger, self.channel, call, number, now))
        found = await self.patience.wait(known_there)
        live = self.live.put(call, found or LiveCall(caller=_caller(number)))
        self.lookups.begin(live)
        return live

    async def _accepted(self, state: CallState, event: CallEvent, accepting: AcceptCall) -> Acceptance:
        """Return whether this agent is the first who accepts; memory decides if the ledger cannot."""
        call, agent = state.call or event.request.call, accepting.agent
        live = self.live.get(call)
        if live and live.agent:
            return Acceptance.MINE if live.agent == agent else Acceptance.TAKEN
        if live:
            live.agent = agent
        at, page = event.at, self.agent_page
        accepted = self.writer.call(
            lambda ledger: ledger.calls.accept(self.channel, call, agent, at, page=page)
        )
        winner = await self.patience.wait(accepted)
        if winner and live:
            live.agent = winner
        if page:
            self.planned()
        return Acceptance.MINE if winner in {None, "", agent} else Acceptance.TAKEN

    async def _record(self, step: CallStep) -> None:
        if not step.effects and step.number > 1:
            return
        if await self.patience.wait(self.writer.record_step(self.channel, step)):
            # A round of the clock takes the ledger from callers, so it is asked for only if it has work.
            if any(effect.kind in MESSAGES for effect in step.effects):
                self.planned()
            return
        self.counters.add("calls_spooled")
        await asyncio.to_thread(self.spool.add, ChannelStep(self.channel, step))

    def _remember(self, state: CallState, event: CallEvent, decision: Decision) -> None:
        live = self.live.get(state.call or event.request.call)
        if live is None:
            return
        live.ended = live.ended or (event.request.ended and state.step not in _LEGS)
        for effect in decision.effects:
            if isinstance(effect, BeginHandOver) and live.asked_at is None:
                live.asked_at = event.at
            elif isinstance(effect, RingAgent):
                live.rung.append(effect.agent)
            elif isinstance(effect, CallerReached):
                live.reached = True

    def _apology(self, request: web.Request) -> CallDocument:
        """Return the recording of a message for a caller whose step failed; an agent's leg only ends."""
        snapshot = self.snapshot()
        state = _state(request, snapshot)
        return (HangUp(),) if state.step in _LEGS else failed(state, snapshot)

    def _refused(self, error: Exception) -> web.Response:
        from aiohttp import web

        match error:
            case Forged():
                self.counters.add("forged", self.channel)
                return web.Response(status=403)
            case BodyTooLarge():
                self.counters.add("too_large", self.channel)
                return web.Response(status=413)
            case _:
                self.counters.add("malformed", self.channel)
                return web.Response(status=400)


def _state(request: web.Request, snapshot: Snapshot) -> CallState:
    path = request.match_info
    return call_state_of(path["step"], path["number"], request.query, snapshot.locales)


def _known(ledger: Ledger, channel: str, call: str, number: str, now: datetime) -> LiveCall:
    """Return what the ledger knows of a call, or of the number that begins one."""
    found = ledger.calls.in_progress(channel, call)
    number = found.caller if found else number
    history = ledger.calls.history(number, now) if number else None
    # The call itself is recorded after this.
    calls = (history.calls if history else 0) + (0 if found else 1)
    caller = replace(
        _caller(number),
        calls=calls,
        links=history.links if history else 0,
        last_locale=history.locale if history else "",
    )
    if found is None:
        return LiveCall(caller=caller)
    return LiveCall(
        caller=caller,
        asked_at=found.asked_at,
        rung=list(found.rung),
        agent=found.agent,
        ended=found.ended,
        reached=found.reached,
    )


def _caller(number: str) -> Caller:
    return Caller(number=number, line=phone_line(number) if number else "")


def _acceptance(state: CallState, live: LiveCall) -> Acceptance:
    """Return whether an agent has the call, as the leg of this request sees it.

    After the dialling of a call-back it is about the customer.
    """
    if state.step is Step.RETURNED:
        return Acceptance.MINE if live.reached else Acceptance.OPEN
    if state.step not in _LEGS:
        return Acceptance.MINE if live.agent else Acceptance.OPEN
    if live.agent:
        return Acceptance.MINE if live.agent == _agent_of_leg(state, live) else Acceptance.TAKEN
    return Acceptance.LEFT if live.ended else Acceptance.OPEN


def _agent_of_leg(state: CallState, live: LiveCall) -> str:
    """Return the agent who was rung at this position; "" on the caller's leg."""
    if state.step not in _LEGS or state.agent >= len(live.rung):
        return ""
    return live.rung[state.agent]


def _accepting(effects: Iterable[Effect]) -> AcceptCall | None:
    return next((effect for effect in effects if isinstance(effect, AcceptCall)), None)
