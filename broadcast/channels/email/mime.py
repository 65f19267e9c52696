"""A message as mail servers take it: built once per text, addressed per person."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from functools import lru_cache

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
    """The whole message, headers first; for one person the same bytes at every attempt."""
    headers = {
        "To": formataddr((display_name(outgoing.name), ascii_address(outgoing.address or "") or "")),
        "Date": format_datetime(outgoing.headline.as_of),
        **identity.headers,
        **sender.unsubscribe.headers(outgoing.unsubscribe),
    }
    personal = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return personal.encode("ascii") + _shared(outgoing.message, subject_of(outgoing), sender)


@lru_cache(maxsize=256)  # building takes two hundred times as long as the rest
def _shared(message: Message, subject: str, sender: Sender) -> bytes:
    built = EmailMessage(policy=SMTP)
    built["From"] = formataddr((sender.name, ascii_address(sender.address) or ""))
    if sender.reply_to:
        built["Reply-To"] = ascii_address(sender.reply_to)
    built["Subject"] = subject
    for name, value in AUTOMATIC.items():
        built[name] = value
    built.set_content(message.text, cte="quoted-printable")
    if message.html:
        built.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return built.as_bytes()
