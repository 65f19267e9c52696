"""Twilio's SDK over our transport."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from broadcast.channels.transport import Answer, Transport


def twilio_client(account: str, token: str, transport: Transport) -> Any:
    """Return a client whose `request_async` returns the transport's own answer."""
    # The base client, because `twilio.rest` imports a hundred modules of resources we do not use.
    from twilio.base.client_base import ClientBase

    # The environment must not be empty, or TWILIO_EDGE and TWILIO_REGION would change the host.
    return ClientBase(account, token, http_client=_Bridge(transport), environment={"TWILIO_EDGE": ""})


class _Bridge:
    """The HTTP client for the SDK."""

    is_async = True

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def request(self, method: str, url: str, **parts: Any) -> Answer:
        """Send a request that the SDK has built; its own timeout and redirect settings are ignored."""
        query, form = parts.get("params"), parts.get("data")
        login = b64encode(":".join(parts["auth"]).encode()).decode()
        return await self._transport.exchange(
            method,
            f"{url}?{_encoded(query)}" if query else url,
            headers={**parts["headers"], "Authorization": f"Basic {login}"},
            body=_encoded(form).encode() if form else None,
        )


def _encoded(form: Mapping[str, str]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in form.items())


# The text is the same for thousands of people, and quoting it took a tenth of the time per message.
_quoted = lru_cache(maxsize=128)(quote_plus)
