"""`POST /hooks/{channel}`: what providers tell us about messages, and what people send to us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from broadcast.channels.base import Adapter, Answers, AsksAgain, Receives, ShowsAnswers
from broadcast.errors import LedgerError
from broadcast.inbound.inbox import Said, Taken
from broadcast.inbound.room_answers import room_answers
from broadcast.inbound.words import AnswerWords
from broadcast.model.clock import Clock
from broadcast.model.inbound import (
    Challenge,
    Forged,
    Inbound,
    InboundAnswer,
    InboundMessage,
    InboundRequest,
    KeyPress,
    Malformed,
    Receipt,
)
from broadcast.model.text import printable
from broadcast.server.counters import Counters
from broadcast.server.later import LaterWork
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.listener import InboundListener
from broadcast.server.requests import MOST, BodyTooLarge, read_body

if TYPE_CHECKING:
    from aiohttp import web

_LONGEST_REASON = 200  # characters in the log: an adapter of another author may quote the request


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The route's parts.

    `adapters` are the configured channels by name. `origin` is our public origin. `planned` is called if
    a receipt makes messages due. `listener` takes what arrives, and `words` words the answers. `later` is
    what follows an answer.
    """

    adapters: Mapping[str, Adapter]
    origin: str
    writer: LedgerWriter
    clock: Clock
    counters: Counters
    planned: Callable[[], None]
    listener: InboundListener
    words: AnswerWords
    trouble: Callable[[str], None]
    later: LaterWork
    _receivers: dict[str, Receives | None] = field(init=False, default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        """Verify, record, then answer: a provider that gets 204 need not repeat the request."""
        from aiohttp import web

        channel = request.match_info["channel"]
        adapter = self._receiver(channel)
        if adapter is None:
            self.counters.add("unknown_channel")
            return web.Response(status=404)
        try:
            inbound = adapter.receive(await self._inbound(request, getattr(adapter, "largest_body", MOST)))
            answer = await self._take(channel, inbound)
        except (Forged, Malformed, BodyTooLarge, LedgerError) as error:
            return self._refused(channel, error)
        except Exception as error:  # noqa: BLE001 - an adapter of another author must not end up in a traceback
            self.counters.add("adapter_error", channel)
            self.trouble(f"{channel}: {type(error).__name__} while a request was read")
            return web.Response(status=500)
        if not answer.body:
            return web.Response(status=answer.status)
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    def _receiver(self, channel: str) -> Receives | None:
        # Asking a protocol takes as long as verifying the signature, so each adapter is asked once.
        if channel not in self._receivers and channel in self.adapters:
            adapter: object = self.adapters[channel]
            self._receivers[channel] = adapter if isinstance(adapter, Receives) else None
        return self._receivers.get(channel)

    async def _inbound(self, request: web.Request, most: int) -> InboundRequest:
        return InboundRequest(
            method=request.method,
            url=self.origin + request.raw_path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await read_body(request, most),
            at=self.clock.now(),
        )

    async def _take(self, channel: str, inbound: Sequence[Inbound]) -> InboundAnswer:
        receipts = [one for one in inbound if isinstance(one, Receipt)]
        if receipts:
            applied = await self.listener.record(channel, receipts)
            for receipt in receipts:
                self.counters.add("receipts", channel, receipt.state)
            if applied.planned or applied.failed:
                self.planned()
        for one in inbound:
            if isinstance(one, Challenge):
                return InboundAnswer(200, one.text.encode())
        people = [one for one in inbound if isinstance(one, InboundMessage | KeyPress)]
        adapter = self.adapters[channel]
        return self._answer(adapter, await self._take_people(channel, adapter, people))

    async def _take_people(
        self, channel: str, adapter: Adapter, inbound: Sequence[InboundMessage | KeyPress]
    ) -> Taken | None:
        """Take messages and key presses; return what became of the last one."""
        taken = None
        for one in inbound:
            self.counters.add("inbound", channel)
            taken = await self.listener.take(channel, one)
            if isinstance(one, KeyPress) and isinstance(adapter, ShowsAnswers):
                # Afterwards: the provider waits three seconds for the answer, and no longer.
                self.later.start(channel, one.ref, partial(self._show, channel, adapter, one))
            if taken.said in {Said.PASSED_ON, Said.DECLINED, Said.APPROVED}:
                self.planned()  # somebody else is to be asked at once, or the approved notice sent
        return taken

    async def _show(self, channel: str, adapter: ShowsAnswers, press: KeyPress) -> str | None:
        """Show who answered, as the ledger has it then: the last of several presses shows all."""
        now = self.clock.now()
        room = await self.writer.call(lambda ledger: room_answers(ledger, channel, press, now))
        return await adapter.show_answers(room) if room else None

    def _answer(self, adapter: Adapter, taken: Taken | None) -> InboundAnswer:
        """Return what the provider is told to say; a key that means nothing is asked for once more."""
        if taken is None or not isinstance(adapter, Answers):
            return InboundAnswer()
        said = self.words.text(taken, adapter.capabilities.kind)
        locale = taken.locale or self.words.locale
        if taken.said is Said.AGAIN and isinstance(adapter, AsksAgain):
            return adapter.ask_again(said, locale)
        return adapter.answer(said, locale)

    def _refused(self, channel: str, error: Exception) -> web.Response:
        """Return the answer to a request that was not taken; it says why only in the log."""
        from aiohttp import web

        match error:
            case Forged():
                self.counters.add("forged", channel)
                return web.Response(status=403)
            case BodyTooLarge():
                self.counters.add("too_large", channel)
                return web.Response(status=413)
            case LedgerError():
                self.counters.add("not_recorded", channel)
                # A provider that repeats its requests does so later.
                return web.Response(status=503, headers={"Retry-After": "5"})
            case _:
                self.counters.add("malformed", channel)
                why = " ".join(printable(str(error)).split())[:_LONGEST_REASON]
                self.trouble(f"{channel}: a request was refused with 400: {why}")
                return web.Response(status=400)
