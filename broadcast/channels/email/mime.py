"""A message as MIME: built once per text, addressed per person."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from broadcast.channels.email.header_lines import mailbox_line, text_line
from broadcast.channels.email.headers import (
    AUTOMATIC,
    Identity,
    Sender,
    ascii_address,
    display_name,
    subject_of,
)
from broadcast.model.message import Message
from broadcast.model.outgoing import Outgoing


def content(outgoing: Outgoing, identity: Identity, sender: Sender) -> bytes:
    """Return the whole message, headers first; for one person the same bytes at every attempt."""
    headers = {
        "Date": format_datetime(outgoing.headline.as_of),
        **identity.headers,
        **sender.unsubscribe.headers(outgoing.unsubscribe),
    }
    receiver = mailbox_line("To", display_name(outgoing.name), ascii_address(outgoing.address or "") or "")
    personal = receiver + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return personal.encode("ascii") + _shared(outgoing.message, subject_of(outgoing), sender)


@lru_cache(maxsize=256)  # building takes two hundred times as long as everything else
def _shared(message: Message, subject: str, sender: Sender) -> bytes:
    lines = [mailbox_line("From", sender.name, sender.address)]
    if sender.reply_to:
        lines.append(mailbox_line("Reply-To", "", sender.reply_to))
    lines.append(text_line("Subject", subject))
    lines.extend(f"{name}: {value}\r\n" for name, value in AUTOMATIC.items())
    built = EmailMessage(policy=SMTP)
    built.set_content(message.text, cte="quoted-printable")
    if message.html:
        built.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return "".join(lines).encode("ascii") + built.as_bytes()
