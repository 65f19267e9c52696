"""A mail server that takes everything and remembers what a strict one would have complained about."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime

_ONCE = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version")
_LONGEST_LINE = 998  # RFC 5322, without the line end


@dataclass(frozen=True, slots=True)
class Letter:
    """One message and its envelope."""

    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""


class Post:
    """Speaks RFC 5321 without extensions, so a message must be pure ASCII."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.complaints: list[str] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        writer.write(b"220 mail.example ready\r\n")
        recipients: list[str] = []
        while line := await reader.readline():
            verb, _, argument = line.decode("ascii").strip().partition(" ")
            if verb.upper() == "RCPT":
                recipients.append(argument.partition("<")[2].partition(">")[0])
            elif verb.upper() == "DATA":
                writer.write(b"354 go ahead\r\n")
                self._take(tuple(recipients), await _content(reader))
                recipients = []
            replies = {"EHLO": b"250 mail.example\r\n", "QUIT": b"221 bye\r\n"}
            writer.write(replies.get(verb.upper(), b"250 ok\r\n"))
            if verb.upper() == "QUIT":
                break
        writer.close()

    def _take(self, recipients: tuple[str, ...], raw: bytes) -> None:
        message = message_from_bytes(raw, policy=SMTP)
        lines = raw.split(b"\r\n")
        self.complaints += [
            f"{name} is not there once" for name in _ONCE if len(message.get_all(name, [])) != 1
        ]
        self.complaints += [f"a line of {len(line)} octets" for line in lines if len(line) > _LONGEST_LINE]
        self.complaints += [f"defect: {defect!r}" for part in message.walk() for defect in part.defects]
        if not raw.isascii():
            self.complaints.append("octets above 127, and 8BITMIME was not offered")
        if any(b"\n" in line or b"\r" in line for line in lines):
            self.complaints.append("a bare CR or LF")
        shown = [address.addr_spec for address in message["To"].addresses]
        if shown != list(recipients):
            self.complaints.append(f"To shows {shown}, the envelope {recipients}")
        if parsedate_to_datetime(message["Date"]).tzinfo is None:
            self.complaints.append("a Date without its offset")
        self.letters.append(Letter(recipients, message))


async def _content(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        if not line:
            raise ConnectionResetError
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)
