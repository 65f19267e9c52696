"""One connection to a mail server, and the progress of its latest exchange."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from broadcast.channels.start_limit import TOO_OLD, may_go_on
from broadcast.model.redaction import Secrets

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponse
    from aiosmtplib.protocol import SMTPProtocol

_GREETING_TIMEOUT = 15.0  # seconds; some servers delay the greeting for unknown clients
_HANGING_UP = (b"221", b"421")
_KEPT = 16  # bytes of unexpected data
_LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Host, port and login. `tls` is starttls, implicit or none; `ours` is the name in our greeting."""

    host: str
    port: int
    tls: str
    ours: str
    context: ssl.SSLContext | None = field(repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)


class ServerRefused(Exception):
    """The server refused with a code: 4xx is temporary, 5xx permanent."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class OutOfStep(ConnectionError):
    """The server sent an unexpected answer, so the next one may belong to an earlier command."""

    def __str__(self) -> str:
        return "the server sent an answer that no command had asked for"


class Overslept(ConnectionError):
    """The machine slept between two commands, so the text may be out of date."""

    def __str__(self) -> str:
        return TOO_OLD


class Dialogue:
    """`stage` is the command that is running; `committed` is true once the final dot is written."""

    def __init__(self, server: Server) -> None:
        self.stage = "connect"
        self.committed = False
        self._server = server
        self._connection: SMTP | None = None
        self._asking = False
        self._unasked = b""

    @property
    def secrets(self) -> Secrets:
        """The parts of the login that the server may quote."""
        login = self._server.login
        return Secrets(frozenset({login[1]}) if login else frozenset())

    @property
    def alive(self) -> bool:
        """Whether it can carry another message."""
        connected = self._connection is not None and self._connection.is_connected
        return connected and not self._unasked

    async def open(self) -> None:
        """Connect, encrypt and log in; raises OSError or `ServerRefused`."""
        import aiosmtplib

        server = self._server
        connection = self._connection = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            # The default asks the name service for our host name, but that service may be down.
            local_hostname=server.ours,
            timeout=_GREETING_TIMEOUT,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=server.context,
        )
        try:
            await connection.connect()
            self._listen(connection.protocol)
            self.stage = "login"
            # Only STARTTLS and a login send the greeting, and MAIL is refused without one.
            await connection.ehlo()
            if server.login is not None:
                # RFC 4954: UTF-8. Other bytes of a variable come as surrogates, and the server says no.
                user, password = (part.encode(errors="surrogatepass") for part in server.login)
                await connection.login(user, password)
            self._asking = False
        except aiosmtplib.SMTPResponseException as error:
            raise ServerRefused(error.code, error.message) from None
        except aiosmtplib.SMTPException as error:
            if isinstance(error, OSError):
                raise
            # The server offers no STARTTLS, or no login method that we know.
            raise ServerRefused(500, str(error)) from None

    async def hand_over(self, sender: str, recipient: str, content: bytes, within: float) -> None:
        """Send one message; raises OSError or `ServerRefused`.

        The text must follow the first command within `within` seconds, including time asleep.
        """
        self.committed = False
        await self._say("MAIL", f"FROM:<{sender}>")
        await self._say("RCPT", f"TO:<{recipient}>")
        await self._say("DATA")
        protocol = await self._in_step()
        if not may_go_on(within):
            raise Overslept
        # Not aiosmtplib's data(): it cannot tell a lost answer to DATA from a lost answer to the final dot.
        protocol.write(_LINE_START_DOT.sub(b"..", content) + b".\r\n")
        self.committed = self._asking = True
        reply = await _answered(protocol.read_response())
        self._asking = False
        # A server may announce at any time that it closes (RFC 5321, 3.8); other data may be the real answer.
        if await self._pending() and not self._unasked.startswith(_HANGING_UP):
            raise OutOfStep
        _expect(250, reply)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    async def _say(self, verb: str, argument: str = "") -> None:
        self.stage = verb
        protocol = await self._in_step()
        words = [word.encode("ascii") for word in (verb, argument) if word]
        self._asking = True
        reply = await _answered(protocol.execute_command(*words, timeout=None))
        self._asking = False
        _expect(354 if verb == "DATA" else 250, reply)

    def _listen(self, protocol: SMTPProtocol | None) -> None:
        """Notice answers without a command: aiosmtplib drops them silently."""
        if protocol is None:
            raise ConnectionResetError
        received = protocol.data_received
        self._asking = True

        def data_received(data: bytes) -> None:
            if not self._asking:
                self._unasked += data[:_KEPT]
            received(data)

        protocol.data_received = data_received  # type: ignore[method-assign]  # the loop looks it up each time

    async def _in_step(self) -> SMTPProtocol:
        """Return the protocol, ready for a command; raises `OutOfStep` after an unexpected answer."""
        if await self._pending():
            raise OutOfStep
        protocol = self._connection.protocol if self._connection else None
        if protocol is None:
            raise ConnectionResetError
        return protocol

    async def _pending(self) -> bytes:
        """Return unexpected data from the server, after the loop has read everything."""
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        protocol = self._connection.protocol if self._connection else None
        # A second answer in the packet of the first is buffered, and would count for the next command.
        kept = bytes(protocol._buffer[:_KEPT]) if protocol else b""  # noqa: SLF001 - there is no public way
        self._unasked = self._unasked or kept
        return self._unasked


async def _answered(reply: Awaitable[SMTPResponse]) -> SMTPResponse:
    from aiosmtplib import SMTPResponseException

    try:
        return await reply
    except SMTPResponseException as error:  # not a reply
        raise ServerRefused(error.code, error.message) from None


def _expect(code: int, reply: SMTPResponse) -> None:
    # 251 and 252 count as 250: the server will forward, or cannot verify the address yet.
    if reply.code // 100 != code // 100:
        raise ServerRefused(reply.code, reply.message)
