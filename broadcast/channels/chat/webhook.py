"""Notices to your own machine: signed, each with its own key, and only to allowed addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self

from broadcast.channels.address_guard import guard_for
from broadcast.channels.chat.document import document, signed
from broadcast.channels.chat.endpoint import Endpoint
from broadcast.channels.chat.receipt_document import read_receipt, sample_receipt
from broadcast.channels.options import Shapes, private_addresses, words
from broadcast.channels.responses import failure, json_object, text_of, unreadable
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.inbound import Inbound, InboundRequest
from broadcast.model.outcome import Accepted, Outcome, Probe, Thread
from broadcast.model.outgoing import Outgoing


class Webhook:
    """One receiver of `broadcast.webhook/1`."""

    name: ClassVar[str] = "webhook"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT,
        address=None,
        threading=Threading.REPLY,
        idempotency=Idempotency.NATIVE,
        rate=5.0,
        concurrency=4,
        internal=True,
    )
    options: ClassVar[frozenset[str]] = frozenset({"webhook_url", "secret", "allow_private"})
    target: ClassVar[tuple[str, ...]] = ("webhook_url",)
    shapes: ClassVar[Shapes] = {
        "webhook_url": words,
        "secret": words,
        "allow_private": private_addresses,
    }
    defaults: ClassVar[Mapping[str, object]] = {"allow_private": []}

    def __init__(self, endpoint: Endpoint, secret: str) -> None:
        self._endpoint = endpoint
        self._secret = secret

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs webhook_url and secret.

        allow_private lists addresses and networks that are not public.
        """
        leads_to = settings.base_url or settings.text("webhook_url")
        guard = guard_for(settings, "webhook_url", leads_to)
        endpoint = Endpoint.from_settings(settings, transport.guarded(guard))
        return cls(endpoint, settings.required("secret"))

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post one notice."""
        return [await self._post(outgoing) for outgoing in batch]

    async def probe(self) -> Probe:
        """Request the root of the receiver's host."""
        return await self._endpoint.reach()

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read a receipt or a confirmation, `broadcast.receipt/1`."""
        return [read_receipt(request, self._secret)]

    def sample_receipt(self, url: str, at: datetime) -> InboundRequest:
        """Return a signed receipt about a message that does not exist."""
        return sample_receipt(url, self._secret, at)

    async def close(self) -> None:
        """Close all connections."""
        await self._endpoint.transport.close()

    async def _post(self, outgoing: Outgoing) -> Outcome:
        body = document(outgoing)
        now = self._endpoint.transport.clock.now()
        headers = {"Idempotency-Key": outgoing.key, **signed(body, self._secret, now)}
        return _outcome(await self._endpoint.post(body, headers), outgoing.thread)


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply) or not answer.success:
        return failure(answer)
    taken = text_of(json_object(answer), "id")
    if not taken:
        return unreadable(answer, "id")
    return Accepted(taken, Thread(thread.root if thread else taken, taken))
