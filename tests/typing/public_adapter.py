"""An adapter as an author outside writes it: mypy checks it, and one import must be enough."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from broadcast.adapters import (
    Accepted,
    Adapter,
    AddressKind,
    Answer,
    Answers,
    AsksAgain,
    Attempted,
    Capabilities,
    ChannelKind,
    ChannelSettings,
    ConfigError,
    Health,
    Idempotency,
    Limit,
    Measure,
    NoReply,
    NotSent,
    Outcome,
    Outgoing,
    Probe,
    Receives,
    Reconciles,
    Rejected,
    Scope,
    SuppressionReason,
    Thread,
    Threading,
    Transport,
    Unknown,
    inbound,
    lookup,
    option_shapes,
    receiving,
    responses,
)

_CODES: Mapping[str, Scope] = {"loft_not_found": Scope.RECIPIENT, "no_grain": Scope.CHANNEL}


class Pigeon:
    name: ClassVar[str] = "pigeon"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SMS,
        address=AddressKind.PHONE,
        threading=Threading.REPLY,
        idempotency=Idempotency.LOOKUP,
        rate=5.0,
        limits=(Limit(Measure.BYTES, 4096),),
    )
    options: ClassVar[frozenset[str]] = frozenset({"token"})
    shapes: ClassVar[option_shapes.Shapes] = {"token": option_shapes.token}

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        if settings.base_url is None:
            raise ConfigError(
                f"{settings.origin}: base_url is missing", hint='write base_url = "https://..."'
            )
        self._root: str = settings.base_url
        self._headers: dict[str, str] = {"Authorization": f"Bearer {settings.required('token')}"}
        self._transport: Transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        return [await self._send(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        return [await self._find(attempt) for attempt in attempts]

    def receive(self, request: inbound.InboundRequest) -> Sequence[inbound.Inbound]:
        receiving.require_equal(b"right", request.headers.get("pigeon-signature", ""))
        ref = responses.text_of(receiving.json_object_body(request), "id")
        if not ref:
            raise inbound.Malformed("no id")
        return [inbound.Receipt(ref=ref, state=inbound.ReceiptState.DELIVERED, event="landed")]

    def answer(self, text: str, locale: str) -> inbound.InboundAnswer:
        return inbound.InboundAnswer(200, text.encode(), f"text/plain; lang={locale}")

    def ask_again(self, text: str, locale: str) -> inbound.InboundAnswer:
        return self.answer(f"{text}?", locale)

    async def probe(self) -> Probe:
        answer = await self._ask("GET", "/loft")
        return (
            Probe(Health.DEGRADED, answer.reason) if isinstance(answer, NoReply) else responses.health(answer)
        )

    async def close(self) -> None:
        await self._transport.close()

    async def _send(self, outgoing: Outgoing) -> Outcome:
        bird = {"to": outgoing.address, "text": outgoing.message.text, "reference": outgoing.key}
        return _outcome(await self._ask("POST", "/birds", json.dumps(bird).encode()), outgoing.thread)

    async def _find(self, attempt: Attempted) -> Outcome:
        found = await lookup.look_through(
            attempt, lambda start: self._ask("GET", f"/birds?after={start}"), _page, "no such bird"
        )
        if isinstance(found, NotSent | Unknown):
            return found
        return Accepted(responses.text_of(found.document, "id"), detail="found in the list")

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        return await self._transport.exchange(method, self._root + path, headers=self._headers, body=body)


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply):
        return responses.failure(answer)
    document = responses.json_object(answer)
    code = responses.text_of(document, "code")
    if code in _CODES:
        bounced = SuppressionReason.BOUNCED if code == "loft_not_found" else None
        return Rejected("the loft refused it", _CODES[code], code, bounced)
    ref = responses.text_of(document, "id")
    if not answer.success or not ref:
        return responses.failure(answer)
    return Accepted(ref, Thread(thread.root if thread else ref, ref))


def _page(answer: Answer) -> lookup.ListPage | None:
    listed = None if isinstance(answer, NoReply) else responses.json_objects(answer)
    if listed is None:
        return None
    return lookup.ListPage(
        [lookup.Listed(one, lookup.moment(one, "at"), lookup.Likeness.UNCLEAR) for one in listed]
    )


ADAPTER: type[Adapter] = Pigeon
RECONCILES: type[Reconciles] = Pigeon
RECEIVES: type[Receives] = Pigeon
ANSWERS: type[Answers] = Pigeon
ASKS_AGAIN: type[AsksAgain] = Pigeon
