"""What reaches us: a provider's request, and the receipts, messages and key presses in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from broadcast.model.suppression import SuppressionReason


class Forged(Exception):
    """A request whose signature is missing or wrong. It is answered with 403, and with no reason."""


class Malformed(Exception):
    """A request whose body cannot be read. It is answered with 400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """One request of a provider to our public address.

    `url` is the address that the provider called: the configured public origin, then path and query as they
    arrived. It is never made from the request's own `Host` header, which anybody can set. The names of
    `headers` are in lower case. `body` are the bytes as they arrived. `at` is when it arrived.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


class ReceiptState(StrEnum):
    """What a provider says later about a message that it accepted; a later member is never taken back."""

    ACCEPTED = "accepted"  # it is on its way
    FAILED = "failed"  # it did not arrive, and the provider has given up
    DELIVERED = "delivered"  # it arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Later news about one message.

    Attributes:
        ref: The provider's id of the message, as in `Accepted.ref`.
        state: What happened to it.
        event: What distinguishes this news from other news about the message: the provider's id of the
            event, or its word for the state. The same news again has the same value.
        key: Our own reference, if the provider gave it back.
        reason: One line for people, without secrets.
        code: The provider's own code.
        suppress: Why the address must not be used again, if the news says so.
        at: When it happened, by the provider's clock; None if it does not say.

    Example:
        >>> Receipt(ref="SM4f1c", state=ReceiptState.DELIVERED, event="delivered")
    """

    ref: str
    state: ReceiptState
    event: str
    key: str = ""
    reason: str | None = None
    code: str | None = None
    suppress: SuppressionReason | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwaitedReceipt:
    """A message about which its provider is asked: its id there (`Accepted.ref`), and since when it is."""

    ref: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message from a person.

    Attributes:
        ref: The provider's id of the message; the same message again has the same id.
        sender: The person's address: a phone number in E.164, a mailbox, or the provider's user id.
        text: What the person wrote, as it arrived.
        recipient: Our address that it was sent to.
        proved: Whether the provider vouches for the sender. If not, the message is kept and shown, and has no
            effect: anybody can write another person's address into the From of a mail.
        answered: Whether the provider answers the person itself.
    """

    ref: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    recipient: str = ""
    proved: bool = True
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPress:
    """A key or button that a person pressed in answer to a message of ours.

    Attributes:
        ref: The provider's id of the call or message.
        key: Our own reference of the message.
        pressed: The key: `1`, or the value of the button.
        sender: Who pressed it, if the provider says so.
    """

    ref: str
    key: str
    pressed: str
    sender: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A provider checks that our address is ours: it expects these words back, and nothing else happens."""

    text: str


Inbound: TypeAlias = Receipt | InboundMessage | KeyPress | Challenge


@dataclass(frozen=True, slots=True)
class InboundAnswer:
    """The HTTP answer that a provider expects; most expect none."""

    status: int = 204
    body: bytes = b""
    content_type: str = "text/plain"
