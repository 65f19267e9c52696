"""The SMTP side: listen, and start a conversation with each client."""

from __future__ import annotations

import asyncio
import ssl

from broadcast.sandbox.state import SandboxState
from broadcast.sandbox.wire.smtp import LARGEST, Conversation


class SmtpServer:
    """SMTP on one port: plain, with STARTTLS, or with TLS from the first byte."""

    def __init__(
        self,
        state: SandboxState,
        starttls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
    ) -> None:
        self._state, self._starttls, self._implicit = state, starttls, implicit
        self._conversations: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen; return the port. Raises OSError if it is in use."""
        self._server = await asyncio.start_server(
            self._converse, host, port, limit=LARGEST, ssl=self._implicit, backlog=1024
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close all connections."""
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._conversations.add(task)
        try:
            await Conversation(self._state, reader, writer, self._starttls).run()
        except asyncio.CancelledError:
            pass  # the sandbox closes
        finally:
            self._conversations.discard(task)
            writer.close()
