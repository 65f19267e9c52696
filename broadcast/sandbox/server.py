"""The sandbox as one object: open it, point channels at `base_url(...)`, read `received`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from broadcast.errors import ConfigError
from broadcast.model.clock import Clock, ManualClock
from broadcast.sandbox.answering import play_answer
from broadcast.sandbox.callbacks import CallbackSender
from broadcast.sandbox.calling import open_telephone
from broadcast.sandbox.faults import Armed, Fault
from broadcast.sandbox.http_server import HttpHandler
from broadcast.sandbox.records import Journal, Received, Requested
from broadcast.sandbox.scenario import Scenario
from broadcast.sandbox.settings import SITE
from broadcast.sandbox.smtp_server import SmtpServer
from broadcast.sandbox.state import SandboxState

if TYPE_CHECKING:
    from aiohttp import web

HOST = "127.0.0.1"
_FLUSH_EVERY = 0.2  # seconds
_ROOTS = {"outlook": "/outlook/v1.0", "statuspage": "/statuspage/v1", "slack": "/slack/api"}


class Sandbox:
    """The providers, on this machine's loopback address, while the context lasts.

    Ports of 0 are chosen by the system. With `store`, received messages are kept in that file for the next
    time, and the status page in the folder beside it is shown. With `tls`, HTTP is HTTPS, SMTP offers
    STARTTLS, and `smtps_port` speaks TLS from the first byte. Raises `ConfigError` if a port is in use.

    Example:
        >>> async with Sandbox() as sandbox:
        ...     await send_through(sandbox.base_url("twilio"))
        ...     assert sandbox.received[0].text == "Chat is down."
    """

    def __init__(
        self,
        port: int = 0,
        smtp_port: int = 0,
        *,
        store: Path | None = None,
        scenario: Scenario | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._wanted_port, self._wanted_smtp_port, self._tls = port, smtp_port, tls
        site = store.parent / SITE if store else None
        self._state = SandboxState(
            clock=clock or ManualClock(), journal=Journal(store) if store else None, site=site
        )
        self._answers = scenario.answers if scenario else ()
        self._playing: list[asyncio.Task[None]] = []
        if scenario is not None:
            self._state.faults.armed.extend(scenario.armed())
        self.port = self.smtp_port = self.smtps_port = 0

    @property
    def url(self) -> str:
        """The web page, and the root of every provider."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self.port}"

    def base_url(self, provider: str) -> str:
        """Return the API root of a provider, as in its documentation."""
        return self.url + _ROOTS.get(provider, f"/{provider}")

    @property
    def received(self) -> list[Received]:
        """The messages that people, timelines and pages really received, oldest first."""
        return self._state.received

    @property
    def requests(self) -> list[Requested]:
        """Every request to a provider, also refused and unanswered ones, oldest first."""
        return self._state.requests

    @property
    def idle(self) -> float:
        """Seconds since the last request."""
        return self._state.clock.monotonic() - self._state.touched

    def fault(self, fault: Fault) -> None:
        """Activate a fault."""
        self._state.faults.armed.append(Armed(fault=fault))

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._state.faults.armed.clear()

    def call_back(
        self,
        hooks: Callable[[], Mapping[str, str]],
        *,
        receipts: bool = True,
        lines: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Set where `serve` listens, by adapter, if providers send receipts, and the hotline's numbers."""
        self._state.hooks, self._state.receipts, self._state.lines = hooks, receipts, lines

    def suppress(self, address: str) -> None:
        """Mark a number or an e-mail address as opted out."""
        self._state.suppressed.add(address)

    async def until_received(self, count: int, within: float = 5.0) -> list[Received]:
        """Wait for at least `count` messages and return them; raises TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            await self._state.arrival(count)
        return self.received

    async def __aenter__(self) -> Self:
        self._state.open()
        self._state.callbacks = CallbackSender()
        self._state.telephone = open_telephone(self._state, self._state.callbacks)
        self._runner = await self._serve_http()
        self._smtp_servers = [SmtpServer(self._state, self._tls)]
        self.smtp_port = await self._serve_smtp(self._smtp_servers[0], self._wanted_smtp_port)
        if self._tls is not None:
            self._smtp_servers.append(SmtpServer(self._state, implicit=self._tls))
            self.smtps_port = await self._serve_smtp(self._smtp_servers[1], 0)
        self._playing = [asyncio.create_task(play_answer(self._state, one)) for one in self._answers]
        self._flushing = asyncio.create_task(self._flush())
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for task in (self._flushing, *self._playing):
            task.cancel()
        if self._state.callbacks is not None:
            await self._state.callbacks.close()
        for server in self._smtp_servers:
            await server.close()
        await self._runner.cleanup()
        if self._state.journal:
            self._state.journal.close()

    async def _serve_http(self) -> web.ServerRunner:
        from aiohttp import web

        server = web.Server(HttpHandler(self._state), access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._wanted_port, ssl_context=self._tls, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise _port_taken(self._wanted_port, error) from None
        self.port = runner.addresses[0][1]
        return runner

    async def _serve_smtp(self, server: SmtpServer, port: int) -> int:
        try:
            return await server.open(HOST, port)
        except OSError as error:
            await self._runner.cleanup()
            raise _port_taken(port, error) from None

    async def _flush(self) -> None:
        while self._state.journal:
            await asyncio.sleep(_FLUSH_EVERY)
            self._state.journal.flush()


def _port_taken(port: int, error: OSError) -> ConfigError:
    """Return the error for a port that is in use."""
    reason = error.strerror or str(error)
    return ConfigError(
        f"the sandbox cannot listen on {HOST}, port {port}: {reason}",
        hint="choose another port, or 0 for any free one",
    )
