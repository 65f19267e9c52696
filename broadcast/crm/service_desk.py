"""A service desk that knows who has a phone number."""

from __future__ import annotations

from broadcast.channels.base import Adapter, FindsCallers
from broadcast.model.caller_context import CallerContext, caller_context


class ServiceDesk:
    """Asks the provider of a channel; `close` closes the channel's connections."""

    name = "desk"

    def __init__(self, finder: FindsCallers, channel: Adapter, timeout: float = 1.0) -> None:
        self.timeout = timeout
        self._finder = finder
        self._channel = channel

    def refresh(self) -> str:
        """Do nothing: nothing is kept in memory."""
        return ""

    def known(self, number: str) -> CallerContext | None:  # noqa: ARG002 - nothing is at hand
        """Return None: it has to be asked."""
        return None

    async def find(self, number: str) -> CallerContext | None:
        """Ask the provider."""
        found = await self._finder.find_caller(number)
        return None if found is None else caller_context(found, {})

    async def close(self) -> None:
        """Close all connections."""
        await self._channel.close()
