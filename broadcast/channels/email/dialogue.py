"""One connection to a mail server, and how far its latest exchange came."""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponse

_GREETING_TIMEOUT = 15.0  # seconds; some servers let strangers wait before they greet
_LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect and as whom. `tls` is starttls, implicit or none; `ours` the name we greet with."""

    host: str
    port: int
    tls: str
    ours: str
    context: ssl.SSLContext | None = field(repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)


class Refused(Exception):
    """The server answered with a code it should not have; 4xx is for now, 5xx for good."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Dialogue:
    """`stage` is the command under way; `committed` is true from the moment the final dot is written."""

    def __init__(self, server: Server) -> None:
        self.stage = "connect"
        self.committed = False
        self._server = server
        self._connection: SMTP | None = None

    @property
    def alive(self) -> bool:
        """Whether another message may go over it."""
        return self._connection is not None and self._connection.is_connected

    async def open(self) -> None:
        """Connect, encrypt and log in; raises OSError or `Refused`."""
        import aiosmtplib

        server = self._server
        connection = self._connection = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            # By default the name service is asked who we are, and it may be what is down.
            local_hostname=server.ours,
            timeout=_GREETING_TIMEOUT,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=server.context,
        )
        try:
            await connection.connect()
            self.stage = "login"
            # Only STARTTLS and a login greet by themselves, and MAIL is refused before a greeting.
            await connection.ehlo()
            if server.login is not None:
                user, password = server.login
                await connection.login(user.encode(), password.encode())  # RFC 4954: UTF-8
        except aiosmtplib.SMTPResponseException as error:
            raise Refused(error.code, _without_login(error.message, server)) from None
        except aiosmtplib.SMTPException as error:
            if isinstance(error, OSError):
                raise
            # It offers no STARTTLS, or no login we know.
            raise Refused(500, _without_login(str(error), server)) from None

    async def hand_over(self, sender: str, recipient: str, content: bytes) -> None:
        """Pass one message on; raises OSError or `Refused`."""
        self.committed = False
        await self._say("MAIL", f"FROM:<{sender}>")
        await self._say("RCPT", f"TO:<{recipient}>")
        await self._say("DATA")
        protocol = self._connection.protocol if self._connection else None
        if protocol is None:
            raise ConnectionResetError
        # Not aiosmtplib's data(): it cannot tell a lost answer to DATA from a lost answer to the final dot.
        protocol.write(_LINE_START_DOT.sub(b"..", content) + b".\r\n")
        self.committed = True
        _expect(250, await _answered(protocol.read_response()))

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()

    async def _say(self, verb: str, argument: str = "") -> None:
        self.stage = verb
        if self._connection is None:
            raise ConnectionResetError
        words = [word.encode("ascii") for word in (verb, argument) if word]
        reply = await _answered(self._connection.execute_command(*words, timeout=None))
        _expect(354 if verb == "DATA" else 250, reply)


def _without_login(text: str, server: Server) -> str:
    """What the server said, without what it may have quoted of the login."""
    if server.login is None:
        return text
    user, password = server.login
    encoded = (b64encode(word.encode()).decode() for word in (password, f"\0{user}\0{password}"))
    for secret in (password, *encoded):
        text = text.replace(secret, "…")
    return text


async def _answered(reply: Awaitable[SMTPResponse]) -> SMTPResponse:
    from aiosmtplib import SMTPResponseException

    try:
        return await reply
    except SMTPResponseException as error:  # not a reply at all
        raise Refused(error.code, error.message) from None


def _expect(code: int, reply: SMTPResponse) -> None:
    # 251 and 252 stand for 250: the server will forward, or cannot say yet.
    if reply.code // 100 != code // 100:
        raise Refused(reply.code, reply.message)
