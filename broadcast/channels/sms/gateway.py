"""SMS through any gateway whose HTTP interface is described in the configuration."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Self, cast

from broadcast.channels.described import Values
from broadcast.channels.options import Shapes, between, flag, sms_sender, table, token, words
from broadcast.channels.polling import LATE, SOON, ask_each
from broadcast.channels.responses import health
from broadcast.channels.sms.description import GatewayLookup, GatewayRequest
from broadcast.channels.sms.gateway_receipts import GatewayHooks
from broadcast.channels.sms.gateway_settings import GatewaySettings, read
from broadcast.channels.transport import Answer, Transport
from broadcast.channels.validity import USUAL, seconds_valid
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import AwaitedReceipt, Inbound, InboundRequest, Receipt
from broadcast.model.moments import later
from broadcast.model.outcome import Outcome, Probe
from broadcast.model.outgoing import Attempted, Outgoing

_LONGEST = (
    172_800  # seconds; networks keep a text for a phone that is off for two days, if nothing else is said
)


class SmsGateway:
    """A described gateway; with a described look-up it becomes `FindingGateway`."""

    name: ClassVar[str] = "sms-gateway"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SMS, address=AddressKind.PHONE, lookup_delay=10.0, rate=5.0, concurrency=8
    )
    posts_once: ClassVar[bool] = True  # some gateways repeat, and none says so in a description
    options: ClassVar[frozenset[str]] = frozenset(
        {
            *("from", "api_key", "secret", "username", "password"),
            *("plus", "validity", "headers", "send", "find", "probe", "status", "receipts", "messages"),
        }
    )
    shapes: ClassVar[Shapes] = {
        "from": sms_sender,
        **dict.fromkeys(("api_key", "secret"), token),
        **dict.fromkeys(("username", "password", "probe"), words),
        **dict.fromkeys(("headers", "send", "find", "status", "receipts", "messages"), table),
        "plus": flag,
        "validity": between(1, 604_800, "write validity = 3600 for an hour"),
    }
    defaults: ClassVar[Mapping[str, object]] = {"plus": True, "validity": USUAL}

    def __init__(self, settings: ChannelSettings, transport: Transport, gateway: GatewaySettings) -> None:
        self._root = _root(settings)
        self._gateway = gateway
        self._headers = {**gateway.headers, **_login(settings)}
        self._transport = transport
        self._settings = settings
        self._hooks = GatewayHooks.from_settings(settings, plus=gateway.plus)

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs base_url, send and probe, and a value for each of their places."""
        gateway = read(settings)
        if gateway.find is None:
            return cls(settings, transport, gateway)
        return cast("Self", FindingGateway(settings, transport, gateway, gateway.find))

    @classmethod
    def capabilities_with(cls, settings: ChannelSettings) -> Capabilities:
        """Return the capabilities; it can be looked up if `find` is described."""
        return FindingGateway.capabilities if "find" in settings.options else cls.capabilities

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post one message."""
        [outgoing] = batch
        answer = await self._ask(self._gateway.send, self._values(outgoing))
        return [self._gateway.reading.outcome(answer)]

    async def probe(self) -> Probe:
        """Make the request that is described as harmless."""
        return health(await self._ask(self._gateway.probe, self._gateway.values))

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read receipts or messages, as they are described; what is not described is not believed."""
        return self._hooks.read(request)

    @classmethod
    def asked_after(cls, settings: ChannelSettings) -> timedelta | None:
        """Return None unless `status` is described; a longer span if the gateway also posts receipts."""
        if "status" not in settings.options:
            return None
        return LATE if "receipts" in settings.options else SOON

    async def poll(self, awaited: Sequence[AwaitedReceipt]) -> Sequence[Receipt]:
        """Ask for the state of each message, as it is described."""
        return await ask_each(awaited, self._news) if self._gateway.status else []

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _news(self, ref: str) -> Receipt | None:
        status = self._gateway.status
        if status is None:
            return None
        return status.receipt(await self._ask(status.asking, {**self._gateway.values, "id": ref}), ref)

    def _values(self, outgoing: Outgoing) -> Values:
        number = outgoing.address or ""
        now = SystemClock().now()
        seconds = seconds_valid(outgoing, self._settings, now, _LONGEST)
        return {
            **self._gateway.values,
            "valid_seconds": seconds,
            "valid_minutes": max(1, seconds // 60),
            "valid_milliseconds": seconds * 1000,
            "valid_until": f"{later(now, timedelta(seconds=seconds)):%Y-%m-%dT%H:%M:%SZ}",
            "to": number if self._gateway.plus else number.removeprefix("+"),
            "text": outgoing.message.text,
            "key": outgoing.key,
        }

    async def _ask(self, asking: GatewayRequest, values: Values) -> Answer:
        return await self._transport.exchange(
            asking.method,
            self._root + asking.address(values),
            headers={"Accept": "application/json", **asking.headers(), **self._headers},
            body=asking.body(values),
        )


class FindingGateway(SmsGateway):
    """A gateway that can be asked for a message by our key (look-up)."""

    capabilities: ClassVar[Capabilities] = replace(SmsGateway.capabilities, idempotency=Idempotency.LOOKUP)

    def __init__(
        self,
        settings: ChannelSettings,
        transport: Transport,
        gateway: GatewaySettings,
        finding: GatewayLookup,
    ) -> None:
        super().__init__(settings, transport, gateway)
        self._finding = finding

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for each attempt among the messages to its number."""
        return await asyncio.gather(*(self._look_up(attempt.outgoing) for attempt in attempts))

    async def _look_up(self, outgoing: Outgoing) -> Outcome:
        answer = await self._ask(self._finding.asking, self._values(outgoing))
        return self._finding.outcome(answer, outgoing.key)


def _root(settings: ChannelSettings) -> str:
    if settings.base_url:
        return settings.base_url.rstrip("/")
    hint = 'write base_url = "https://gateway.example/api"'
    raise ConfigError(f"{settings.origin}: base_url is missing", hint=hint)


def _login(settings: ChannelSettings) -> dict[str, str]:
    """Return the headers of HTTP basic authentication, if a user name is set."""
    if "username" not in settings.options:
        return {}
    login = f"{settings.required('username')}:{settings.required('password')}"
    return {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
