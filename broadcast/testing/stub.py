"""A raw HTTP server on this machine: it reads every request in full, then a play writes the answer."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime

from broadcast.model.clock import SystemClock

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]

_HUGE = 512 * 1024 * 1024
_CHUNK = b" " * 65_536


@dataclass(frozen=True, slots=True)
class Canned:
    """A prepared answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)

    def written(self, length: int | None = None) -> bytes:
        """Return the answer in HTTP, with its true length or another one."""
        size = len(self.body) if length is None else length
        lines = [f"HTTP/1.1 {self.status} Canned", f"Content-Length: {size}"]
        dated = {"Date": format_datetime(SystemClock().now(), usegmt=True), **self.headers}
        lines += [f"{name}: {value}" for name, value in dated.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(slots=True, kw_only=True)
class Stub:
    """A server and the requests that it saw; `play` may be changed between requests.

    A request for a path in `logins` is answered from there and is not counted.
    """

    play: Play
    logins: Mapping[str, Canned] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "", scheme: str = "http") -> str:
        """Return the server's address; by name, so that a certificate can be for it."""
        return f"{scheme}://localhost:{self.port}{path}"

    @property
    def methods(self) -> list[str]:
        """The requests' methods, oldest first."""
        return [request.split(b" ", 1)[0].decode() for request in self.requests]


@contextlib.asynccontextmanager
async def serving(
    play: Play, tls: ssl.SSLContext | None = None, logins: Mapping[str, Canned] | None = None
) -> AsyncIterator[Stub]:
    """Run a server while the context lasts; leaving it ends every connection."""
    stub = Stub(play=play, logins=logins or {})
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stub.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                request = await _request(reader)
                if login := stub.logins.get(request.split(b" ", 2)[1].decode()):
                    await answering(login)(writer)
                else:
                    stub.requests.append(request)
                    await stub.play(writer)
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(connection(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answering(canned: Canned) -> Play:
    """Return a play that answers and keeps the connection."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(canned.written())

    return play


def breaking_off(canned: Canned) -> Play:
    """Return a play that begins an answer and ends the connection."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(canned.written(len(canned.body) + 100))
        await writer.drain()
        writer.close()

    return play


def dripping(canned: Canned, pause: float = 0.02) -> Play:
    """Return a play that answers byte by byte, with a pause of `pause` seconds."""

    async def play(writer: asyncio.StreamWriter) -> None:
        for byte in canned.written():
            writer.write(bytes([byte]))
            await asyncio.sleep(pause)

    return play


def flooding(canned: Canned) -> Play:
    """Return a play that answers with half a gigabyte."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(canned.written(_HUGE))
        while True:
            writer.write(_CHUNK)
            await writer.drain()

    return play


async def never(_writer: asyncio.StreamWriter) -> None:
    """Do not answer."""
    await asyncio.Event().wait()


async def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection without an answer."""
    writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().splitlines()
    length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
    return head + await reader.readexactly(length)
