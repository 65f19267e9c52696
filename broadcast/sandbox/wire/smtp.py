"""A mail server's side of SMTP (RFC 5321) up to the final dot: it accepts everything and relays nothing."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import secrets
import ssl
from collections.abc import Awaitable, Callable

from broadcast.sandbox.faults import Fault
from broadcast.sandbox.records import Received, Requested
from broadcast.sandbox.state import SandboxState
from broadcast.sandbox.wire.letter import open_letter

LARGEST = 35 * 1024 * 1024
_PATIENCE = 300.0  # seconds without a command, RFC 5321 4.5.3.2.7
_FOR_EVER = 600.0
_PATH = re.compile(r"(FROM|TO):\s*<([^<>\s]*)>(.*)", re.IGNORECASE)

#: Replies to a recipient; every other injected code is the reply to the final dot.
_AT_RECIPIENT = frozenset({550, 551, 553})
_SMTP_CODES = frozenset({421, 450, 451, 452, 454, 455, 530, 535, 550, 551, 552, 553, 554, 555})


class Hangup(Exception):
    """The connection must end now."""


class Conversation:
    """One client's connection, from greeting to QUIT."""

    def __init__(
        self,
        state: SandboxState,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._state, self._reader, self._writer = state, reader, writer
        self._starttls = tls
        self._greeted = False
        self._begin()
        self._verbs: dict[str, Callable[[str], Awaitable[None]]] = {
            "EHLO": self._ehlo, "HELO": self._ehlo, "STARTTLS": self._start_tls, "AUTH": self._auth,
            "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data, "RSET": self._rset,
            "NOOP": self._noop, "QUIT": self._quit,
        }  # fmt: skip

    async def run(self) -> None:
        """Run the dialogue until one side closes the connection."""
        try:
            await self._greet()
            while True:
                async with asyncio.timeout(_PATIENCE):
                    line = await self._line()
                verb, _, rest = line.strip().partition(" ")
                self._state.touched = self._state.clock.monotonic()
                await self._verbs.get(verb.upper(), self._unknown)(rest)
        except (Hangup, ConnectionError, TimeoutError):
            self._writer.close()

    def _begin(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._fault: Fault | None = None

    async def _line(self) -> str:
        try:
            line = await self._reader.readline()
        except ValueError:
            await self._reply("500 5.5.2 Line too long")
            raise Hangup from None
        if not line.endswith(b"\n"):
            raise Hangup
        return line.decode("utf-8", "replace")

    async def _reply(self, text: str) -> None:
        self._writer.write(text.encode() + b"\r\n")
        await self._writer.drain()

    async def _greet(self) -> None:
        fault = self._state.strike("smtp", sending=True, connecting=True)
        if fault is not None:
            self._note("CONNECT", "", 421, fault)
            await self._reply("421 4.3.2 Service not available, closing transmission channel")
            raise Hangup
        await self._reply("220 sandbox.localhost ESMTP")

    async def _unknown(self, _rest: str) -> None:
        await self._reply("500 5.5.1 Command not recognised")

    async def _ehlo(self, rest: str) -> None:
        if not rest.strip():
            await self._reply("501 5.5.4 Say who you are")
            return
        self._greeted = True
        self._begin()
        offered = ["sandbox.localhost", "PIPELINING", f"SIZE {LARGEST}", "8BITMIME", "SMTPUTF8"]
        offered.append("STARTTLS" if self._starttls else "AUTH PLAIN LOGIN")
        await self._reply("\r\n".join([*(f"250-{one}" for one in offered), "250 ENHANCEDSTATUSCODES"]))

    async def _start_tls(self, _rest: str) -> None:
        if self._starttls is None:
            await self._reply("454 4.7.0 TLS not available")
            return
        await self._reply("220 2.0.0 Ready to start TLS")
        try:
            await self._writer.start_tls(self._starttls)
        except (ssl.SSLError, OSError):
            raise Hangup from None
        self._starttls = None
        self._greeted = False

    async def _auth(self, rest: str) -> None:
        mechanism, _, initial = rest.strip().partition(" ")
        if mechanism.upper() == "PLAIN":
            answer = initial or await self._challenge("")
            words = _decoded(answer).split("\0")[1:]
        elif mechanism.upper() == "LOGIN":
            name = initial or await self._challenge("Username:")
            words = [_decoded(name), _decoded(await self._challenge("Password:"))]
        else:
            await self._reply("504 5.5.4 Unrecognised authentication type")
            return
        if len(words) == 2 and not {"", "wrong"} & set(words):
            await self._reply("235 2.7.0 Authentication successful")
        else:
            await self._reply("535 5.7.8 Authentication credentials invalid")

    async def _challenge(self, text: str) -> str:
        await self._reply("334 " + base64.b64encode(text.encode()).decode())
        return (await self._line()).strip()

    async def _mail(self, rest: str) -> None:
        path = _PATH.fullmatch(rest.strip())
        if not self._greeted or self._sender is not None:
            await self._reply("503 5.5.1 Bad sequence of commands")
        elif path is None:
            await self._reply("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif not path[2].isascii() and "SMTPUTF8" not in path[3].upper():
            await self._reply("553 5.6.7 Address needs SMTPUTF8")
        else:
            self._fault = self._state.strike("smtp", sending=True)
            self._sender = path[2]
            await self._welcome()

    async def _welcome(self) -> None:
        early = _EARLY.get(self._fault.kind) if self._fault else None
        if early or self._code() == 421:
            await self._refuse(early or "421 4.3.2 Service not available, closing transmission channel")
            self._begin()
        else:
            await self._reply("250 2.1.0 Ok")

    async def _rcpt(self, rest: str) -> None:
        path = _PATH.fullmatch(rest.strip())
        if self._sender is None:
            await self._reply("503 5.5.1 Need MAIL first")
        elif path is None or "@" not in path[2]:
            await self._reply("501 5.1.3 Bad recipient address syntax")
        elif self._fault and not self._fault.accepts and self._code() in _AT_RECIPIENT:
            await self._refuse(f"{self._code()} 5.1.1 <{path[2]}>: mailbox unavailable")
        elif path[2] in self._state.suppressed:
            await self._reply(f"550 5.1.1 <{path[2]}>: mailbox unavailable")
        else:
            self._recipients.append(path[2])
            await self._reply("250 2.1.5 Ok")

    async def _data(self, _rest: str) -> None:
        if not self._recipients:
            await self._reply("554 5.5.1 No valid recipients")
            return
        await self._reply("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        if len(content) > LARGEST:
            await self._refuse("552 5.3.4 Message too big")
        elif b"\n" in content.replace(b"\r\n", b""):
            await self._refuse("550 5.6.11 Message contains bare line feeds")
        else:
            await self._end(content)
        self._begin()

    async def _content(self) -> bytes:
        lines: list[bytes] = []
        while True:
            line = await self._reader.readline()
            if not line.endswith(b"\n"):
                raise Hangup
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    async def _end(self, content: bytes) -> None:
        fault, code = self._fault, self._code()
        number = secrets.token_hex(6).upper()
        if fault and fault.kind == "late" and not await self._state.is_wanted_after(fault.delay):
            raise Hangup
        received = self._received(content, number) if fault is None or fault.accepts else []
        self._state.keep(*received)
        status = code or 250
        reply_status = status if fault is None or fault.answered else None
        self._note("DATA", ", ".join(self._recipients[:3]), reply_status, fault, len(received))
        reply = f"{code} {code // 100}.3.0 Injected failure" if code else f"250 2.0.0 Ok: queued as {number}"
        await self._deliver(reply)
        if code == 421:
            raise Hangup

    def _received(self, content: bytes, number: str) -> list[Received]:
        letter = open_letter(content)
        headers = letter.pop("headers")
        at, extra = self._state.clock.now(), {"headers": headers, "people": len(self._recipients)}
        sender = headers.get("From") or self._sender or ""
        return [
            Received(provider="smtp", at=at, to=to, sender=sender, ref=number, extra=extra, **letter)
            for to in self._recipients
        ]

    def _note(
        self, verb: str, address: str, status: int | None, fault: Fault | None, reached: int = 0
    ) -> None:
        at, kind = self._state.clock.now(), fault.kind if fault else None
        self._state.note(
            Requested(
                provider="smtp", at=at, method=verb, path=address, status=status, fault=kind, reached=reached
            )
        )

    async def _deliver(self, reply: str) -> None:
        kind = self._fault.kind if self._fault else None
        if kind in {"drop_before", "drop_after"}:
            raise Hangup
        if kind in {"hang", "hang_after"}:
            await asyncio.sleep(_FOR_EVER)
            raise Hangup
        if kind == "truncated":
            self._writer.write(reply[:2].encode())
            raise Hangup
        if kind == "drip" and self._fault:
            await self._drip(reply, self._fault.delay)
            return
        await self._reply(_ODD.get(kind or "", reply))

    async def _drip(self, reply: str, delay: float) -> None:
        for character in reply + "\r\n":
            self._writer.write(character.encode())
            await self._writer.drain()
            await asyncio.sleep(delay)

    def _code(self) -> int | None:
        if self._fault is None or self._fault.kind not in {"status", "status_after", "redirect"}:
            return None
        if self._fault.kind == "redirect":
            return 551
        status = self._fault.status
        return status if status in _SMTP_CODES else 421  # an HTTP code from a fault for all providers

    async def _refuse(self, reply: str) -> None:
        self._note("MAIL", self._sender or "", int(reply[:3]), self._fault)
        await self._reply(reply)
        if reply.startswith("421"):
            raise Hangup

    async def _rset(self, _rest: str) -> None:
        self._begin()
        await self._reply("250 2.0.0 Ok")

    async def _noop(self, _rest: str) -> None:
        await self._reply("250 2.0.0 Ok")

    async def _quit(self, _rest: str) -> None:
        await self._reply("221 2.0.0 Bye")
        raise Hangup


_EARLY = {
    "auth": "530 5.7.0 Authentication required",
    "ratelimit": "450 4.7.1 Too many messages, slow down",
}
#: Sent after the final dot instead of a valid reply.
_ODD = {
    "garbage": "\ufffd\ufffd no reply code",
    "no_id": "250 2.0.0 Ok",
    "huge": "\r\n".join(["250-2.0.0 " + "x" * 500] * 100_000),
}


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
