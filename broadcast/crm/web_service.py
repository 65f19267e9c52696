"""A service of the organisation that knows callers, by description: a request, and paths into its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Self
from urllib.parse import quote

from broadcast.channels.base import LookupFailed
from broadcast.channels.described import at, filled
from broadcast.channels.responses import json_value
from broadcast.channels.transport import NoReply, Transport
from broadcast.config.crm_settings import CrmSettings
from broadcast.config.secret import Reference
from broadcast.model.caller_context import CallerContext, caller_context
from broadcast.model.redaction import Secrets

_NOBODY = frozenset({204, 404, 410})


class WebService:
    """Asks `[hotline] crm`'s `url`."""

    name = "service"

    def __init__(self, settings: CrmSettings, headers: Mapping[str, str], transport: Transport) -> None:
        self.timeout = settings.timeout
        self._settings = settings
        self._headers = headers
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: CrmSettings) -> Self:
        """Return the service; raises `ConfigError` for a secret that cannot be read."""
        headers = {
            name: value.resolve(f"{settings.origin}, headers.{name}")
            if isinstance(value, Reference)
            else value
            for name, value in settings.headers.items()
        }
        secret = frozenset(
            headers[name] for name, value in settings.headers.items() if isinstance(value, Reference)
        )
        return cls(settings, headers, Transport(timeout=settings.timeout, secrets=Secrets(secret)))

    def refresh(self) -> str:
        """Do nothing: nothing is kept in memory."""
        return ""

    def known(self, number: str) -> CallerContext | None:  # noqa: ARG002 - nothing is at hand
        """Return None: it has to be asked."""
        return None

    async def find(self, number: str) -> CallerContext | None:
        """Ask the service; a number that it does not know is answered with 404 or 204."""
        values = {"phone": number}
        url = str(filled(self._settings.url, values, lambda value: quote(value, safe="")))
        headers, body = {"Accept": "application/json", **self._headers}, None
        if self._settings.body:
            headers["Content-Type"] = "application/json"
            body = json.dumps(filled(self._settings.body, values)).encode()
        method = "POST" if body else "GET"
        answer = await self._transport.exchange(method, url, headers=headers, body=body, signing_in=True)
        if isinstance(answer, NoReply):
            raise LookupFailed(answer.reason)
        if answer.status in _NOBODY:
            return None
        if not answer.success:
            raise LookupFailed(f"HTTP {answer.status}")
        document = json_value(answer)
        if not isinstance(document, dict | list):
            raise LookupFailed("the answer is no JSON object")
        return self._read(document)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    def _read(self, document: object) -> CallerContext | None:
        found = {name: _word(at(document, path)) for name, path in self._settings.fields.items()}
        return caller_context(found, self._settings.states)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else ""
