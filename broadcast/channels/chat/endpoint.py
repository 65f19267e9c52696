"""A webhook address that is a secret itself, with no other address to ask about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from broadcast.channels.responses import health
from broadcast.channels.transport import Answer, Reply, Transport, keeps_secrets
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.domain import ascii_url
from broadcast.model.outcome import Health, Probe

_JSON = {"Content-Type": "application/json; charset=utf-8"}
# The root of the host has no page, or wants another request; such an answer proves that it is there.
_SOMEBODY = range(400, 500)
_UNAUTHORISED = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address to post to, with its transport."""

    url: str = field(repr=False)
    transport: Transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Read the option webhook_url; `base_url` replaces its host (a proxy, the sandbox)."""
        url = ascii_url(settings.required("webhook_url"))
        if not keeps_secrets(url):
            raise ConfigError(
                f"{settings.place('webhook_url')}: webhook_url is not the address of a webhook",
                hint="it begins with https://; http:// is only for this machine",
            )
        if settings.base_url is None:
            return cls(url, transport)
        return cls(settings.base_url.rstrip("/") + _below_the_host(url), transport)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a JSON document."""
        return await self.transport.exchange("POST", self.url, headers={**_JSON, **headers}, body=body)

    async def reach(self) -> Probe:
        """Request the root of the host; a request to the address itself might start something."""
        parts = urlsplit(self.url)
        answer = await self.transport.exchange("GET", f"{parts.scheme}://{parts.netloc}/", headers={})
        if isinstance(answer, Reply) and answer.status in _SOMEBODY and answer.status not in _UNAUTHORISED:
            return Probe(Health.OK, "somebody answers; only a message can show that it is taken")
        return health(answer)


def _below_the_host(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
