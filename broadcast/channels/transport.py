"""The only way to a provider: a request with a timeout, and whether any byte of it was sent.

A message may be sent again only if no byte of the request left this machine, and exceptions do not tell:
an unanswered TLS handshake and a lost reply raise the same class. So the transport keeps a flag, which
alone decides between `NotSent` and `Unknown`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from errno import EACCES
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from broadcast.channels.address_guard import Guard, is_loopback
from broadcast.channels.clock_skew import ClockSkew
from broadcast.channels.proxy import Proxy, proxy_for, refusal
from broadcast.channels.start_limit import TOO_OLD, may_start
from broadcast.channels.time_limit import time_limit
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities
from broadcast.model.clock import Clock, SystemClock
from broadcast.model.domain import ascii_url
from broadcast.model.redaction import Secrets

if TYPE_CHECKING:
    import aiohttp

REPLY_LIMIT = 256 * 1024  # bytes; a provider's answer is a few hundred
CONNECT_TIMEOUT = 5.0  # seconds
_KEEP_ALIVE = 15.0  # seconds; shorter than any provider's own limit, so that our side closes the connection
_UNWRITABLE = "nothing was sent: the address or a credential has a character that no request can hold"
_READING = frozenset({"GET", "HEAD"})
_SPARE_CONNECTIONS = 2  # so that a probe or a look-up never waits for messages


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer.

    Attributes:
        status: The HTTP status.
        headers: Their names ignore case.
        body: At most 256 KiB.
        secrets: The channel's secrets, which the answer may quote.
        received_at: When its headers arrived, by our clock.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    secrets: Secrets = field(default_factory=Secrets, repr=False, kw_only=True)
    received_at: datetime = field(default_factory=SystemClock().now, repr=False, kw_only=True)

    @property
    def success(self) -> bool:
        """Whether the status is 2xx; what that means, the adapter must read from the body."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class NoReply:
    """No usable answer.

    Attributes:
        reason: One line for people, without secrets.
        left: Whether any byte of the request left this machine; if so, the provider may have the message.
        forbidden: Whether our own guard refused the address, as it will the next time.
    """

    reason: str
    left: bool
    forbidden: bool = False


Answer = Reply | NoReply


@dataclass(slots=True, kw_only=True)
class _Progress:
    """The progress of one request: refused by the guard, connecting, first byte written.

    `limited` says that it must start in time for its claim, and `late` that it did not.
    """

    limited: bool = False
    late: bool = False
    forbidden: str = ""
    connecting: bool = False
    left: bool = False


# Each request runs in its own task, or after the one before it in the same task.
_CURRENT_REQUEST: ContextVar[_Progress] = ContextVar("request under way")


class Transport:
    """The connections of one channel: kept alive, verified, limited in number and size, with a timeout.

    `timeout` is the total number of seconds for one request, from the name look-up to the last byte of
    the answer. Before the first request nothing is connected, and aiohttp is not loaded.

    Example:
        >>> answer = await transport.exchange("GET", "https://api.example/me", headers={"X-Key": key})
        >>> answer.status if isinstance(answer, Reply) else answer.reason
        200
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        concurrency: int = 8,
        ca_file: Path | None = None,
        skew: ClockSkew | None = None,
        secrets: Secrets | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.secrets = secrets or Secrets()
        # Providers compare signatures and dates with the real time, whatever time a drill is played at.
        self.clock = clock or SystemClock()
        self.timeout = timeout
        self.ca_file = ca_file
        self.guard: Guard | None = None
        self._skew = skew or ClockSkew()
        self._limit = concurrency + _SPARE_CONNECTIONS if concurrency else 0
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def for_channel(
        cls, settings: ChannelSettings, capabilities: Capabilities, skew: ClockSkew | None = None
    ) -> Self:
        """Return the transport for a channel's settings; refuses to send secrets in clear text.

        `skew` gets the difference between our clock and the provider's.
        """
        if settings.base_url is not None:
            refuse_clear_text(settings.base_url, settings.place("base_url"))
        concurrency = settings.concurrency or capabilities.concurrency
        return cls(
            timeout=settings.timeout,
            concurrency=concurrency,
            ca_file=settings.ca_file,
            skew=skew,
            secrets=settings.secrets,
        )

    def guarded(self, guard: Guard) -> Self:
        """Return the same transport limited to addresses that `guard` admits, without a proxy.

        The address is checked when the connection is made, because a name may resolve differently later.
        """
        like = copy(self)
        like.guard = guard
        return like

    def tls(self) -> ssl.SSLContext:
        """Return the verifying TLS context, shared by every channel with the same authorities."""
        return _tls_context(self.ca_file)

    async def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        signing_in: bool = False,
        most: int = REPLY_LIMIT,
    ) -> Answer:
        """Make one request and read the whole answer; follows no redirect and does not raise for the network.

        The first request of a claim that writes is refused if the claim is too old by then.

        Args:
            method: Everything but GET and HEAD counts as writing.
            url: An absolute address, https outside this machine.
            headers: Sent as they are; credentials belong here and not into `url`.
            body: The bytes to send, None for none.
            signing_in: Whether this is a login, which writes no text for people: the age of the claim is
                then checked at the request after it.
            most: The largest answer that is read, in bytes.

        Returns:
            A `Reply` of any status, or `NoReply` with its reason after `timeout` seconds (`time_limit`).
        """
        import aiohttp

        try:
            url = ascii_url(url)
            proxy = None if self.guard else proxy_for(url)
        except ValueError:
            return NoReply(_UNWRITABLE, left=False)
        if proxy and proxy.problem:
            return NoReply(proxy.problem, left=False)
        progress = _Progress(limited=method not in _READING and not signing_in)
        _CURRENT_REQUEST.set(progress)
        asked = self.clock.now()
        try:
            async with time_limit(self.timeout):
                await _notice_hang_ups()
                async with self._open().request(
                    method,
                    url,
                    headers=headers,
                    data=body,
                    allow_redirects=False,
                    proxy=proxy.url if proxy else None,
                ) as response:
                    received_at = self.clock.now()
                    self._skew.note(response.headers, asked, received_at)
                    return await _read(response, self.secrets, received_at, most)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return (proxy and _stopped_by(proxy, error)) or self._no_reply(error, progress)

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._limit,
                    keepalive_timeout=_KEEP_ALIVE,
                    ssl=self._authorities(),
                    socket_factory=self._socket if self.guard else None,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_TIMEOUT),
                request_class=_marking_request(),
            )
        return self._session

    def _authorities(self) -> ssl.SSLContext | bool:
        """Return True for the system's own authorities: loading them again would take 25 ms."""
        return True if self.ca_file is None and _system_has_authorities() else self.tls()

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        progress = _CURRENT_REQUEST.get()
        if self.guard is not None and not self.guard.admits(address[0]):
            progress.forbidden = address[0]
            raise PermissionError(EACCES, "not a public address")
        progress.connecting = True
        return socket.socket(family, kind, protocol)

    def _no_reply(self, error: Exception, progress: _Progress) -> NoReply:
        if progress.forbidden and not progress.connecting:
            reason = f"{progress.forbidden} is not a public address, and not one that is listed"
            return NoReply(reason, left=False, forbidden=True)
        if progress.late:
            return NoReply(TOO_OLD, left=False)
        if isinstance(error, TimeoutError) and progress.left:
            return NoReply(f"no answer within {self.timeout:g} s", left=True)
        if isinstance(error, ValueError) and not isinstance(error, OSError) and not progress.left:
            return NoReply(_UNWRITABLE, left=False)
        return NoReply(describe(error), progress.left)


def _stopped_by(proxy: Proxy, error: Exception) -> NoReply | None:
    """Return the answer if the proxy failed: only the request to connect was sent."""
    import aiohttp

    if isinstance(error, aiohttp.ClientHttpProxyError):
        return NoReply(refusal(proxy, error.status), left=False)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return NoReply(f"the proxy {proxy.shown} cannot be reached: {describe(error)}", left=False)
    return None


def describe(error: BaseException) -> str:
    """Return one line for people, without URLs: a look-up's query holds phone numbers."""
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate was refused: {cause.verify_message}"
    if isinstance(cause, socket.gaierror):
        return "the host name was not found"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno).lower()
    if cause.__cause__ is not None:
        return describe(cause.__cause__)
    return f"the connection was lost ({type(cause).__name__})"


@cache
def _marking_request() -> type[aiohttp.ClientRequest]:
    """Return a request class that reports when its first byte is about to be written.

    aiohttp's tracing can do this too, but its other signals take a fifth of the time for a message.
    """
    import aiohttp

    class MarkingRequest(aiohttp.ClientRequest):
        async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
            progress = _CURRENT_REQUEST.get()
            if progress.left and self.method not in _READING:
                # aiohttp considers PUT and DELETE harmless and repeats them if a kept-alive connection broke.
                raise aiohttp.ClientConnectionError
            if progress.limited and not may_start():
                progress.late = True
                raise aiohttp.ClientConnectionError
            before, progress.left = progress.left, True
            try:
                return await super().send(conn)
            except ValueError:
                # A header that cannot be written. aiohttp writes all headers at once, before the body.
                progress.left = before
                raise

    return MarkingRequest


async def _notice_hang_ups() -> None:
    """Let the loop read what arrived while it was busy.

    So a connection that the provider closed while idle is seen before it is used again, which would cost an
    unknown outcome. The first pass reads the socket, the second is ours.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def _read(
    response: aiohttp.ClientResponse, secrets: Secrets, received_at: datetime, most: int
) -> Answer:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            response.close()
            return NoReply(f"the answer is larger than {most // 1024} KiB", left=True)
    return Reply(response.status, response.headers, bytes(body), secrets=secrets, received_at=received_at)


def _system_has_authorities() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or paths.capath)


@cache
def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not _system_has_authorities():
        import certifi

        context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def keeps_secrets(url: str) -> bool:
    """Return whether data sent to `url` is encrypted or stays on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return (parts.scheme == "https" and host != "") or (parts.scheme == "http" and is_loopback(host))


def refuse_clear_text(url: str, origin: str, key: str = "base_url") -> None:
    """Raise `ConfigError` if data sent to `url`, the value of `key`, would not be encrypted."""
    if keeps_secrets(url):
        return
    if url.startswith("http://"):
        raise ConfigError(
            f"{origin}: {key} {url} would send secrets in clear",
            hint="write https://; http:// is only for this machine",
        )
    raise ConfigError(f"{origin}: {key} {url!r} is not a URL", hint=f'write {key} = "https://..."')
