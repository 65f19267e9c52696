"""E-mail through any SMTP server: one message at a time, many over one connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from broadcast.channels.address_guard import is_loopback
from broadcast.channels.email.dialogue import Dialogue, OutOfStep, Overslept, Server, ServerRefused
from broadcast.channels.email.headers import OPTIONS, SHAPES, Identity, Sender, ascii_address, refusal
from broadcast.channels.email.mime import content
from broadcast.channels.options import Shapes, between, host, words
from broadcast.channels.responses import excerpt
from broadcast.channels.start_limit import TOO_OLD, may_start
from broadcast.channels.time_limit import time_limit
from broadcast.channels.transport import Transport, describe
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Threading
from broadcast.model.contact import AddressKind
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.outgoing import Outgoing
from broadcast.model.suppression import SuppressionReason

#: The scope of a permanent refusal (5xx), by the command that it answers (RFC 5321, section 4.3.2).
STAGES: Mapping[str, tuple[Scope, str]] = {
    "connect": (Scope.CHANNEL, "the mail server refused the connection"),
    "login": (Scope.CHANNEL, "the mail server refused the user name or the password"),
    "MAIL": (Scope.CHANNEL, "the mail server refused the sender"),
    "RCPT": (Scope.RECIPIENT, "the mail server refused the recipient"),
    "DATA": (Scope.MESSAGE, "the mail server refused the message"),
}
#: After these enhanced codes, the mailbox is suppressed. A 550 without one may be about us (RFC 3463; for all
#: codes see https://www.iana.org/assignments/smtp-enhanced-status-codes, 2026-11-29).
SUPPRESSED: Mapping[str, SuppressionReason] = {
    "5.1.1": SuppressionReason.BOUNCED,  # no such mailbox
    "5.1.3": SuppressionReason.INVALID,
    "5.1.6": SuppressionReason.BOUNCED,  # moved, without a new address
    "5.1.10": SuppressionReason.BOUNCED,  # the domain accepts no mail (RFC 7505)
}
#: The kinds of encryption, with their ports.
PORTS: Mapping[str, int] = {"starttls": 587, "implicit": 465, "none": 25}


class Smtp:
    """A mail server that accepts our mail."""

    name: ClassVar[str] = "smtp"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.EMAIL, address=AddressKind.EMAIL, threading=Threading.REPLY, concurrency=4
    )
    options: ClassVar[frozenset[str]] = OPTIONS | {"host", "port", "username", "password", "tls"}
    shapes: ClassVar[Shapes] = {
        "host": host,
        "port": between(1, 65_535, "write port = 587"),
        **dict.fromkeys(("username", "password", "tls"), words),
        **SHAPES,
    }
    defaults: ClassVar[Mapping[str, object]] = {"tls": "starttls"}

    def __init__(self, server: Server, sender: Sender, transport: Transport) -> None:
        self._server, self._sender, self._transport = server, sender, transport
        self._idle: list[Dialogue] = []

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs host and from. A password is sent only over TLS, or on this machine."""
        sender = Sender.from_settings(settings)
        return cls(_server(settings, sender.domain, transport), sender, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send one message."""
        return [refusal(outgoing) or await self._deliver(outgoing) for outgoing in batch]

    async def probe(self) -> Probe:
        """Connect, encrypt and log in, without sending."""
        dialogue = Dialogue(self._server)
        try:
            async with time_limit(self._transport.timeout):
                await dialogue.open()
        except ServerRefused as error:
            health = Health.UNAUTHORISED if dialogue.stage == "login" else Health.DEGRADED
            return Probe(health, _refused(dialogue, error).reason)
        except OSError as error:
            return Probe(Health.UNREACHABLE, describe(error))
        finally:
            dialogue.close()
        return Probe(Health.OK)

    async def close(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()
        await self._transport.close()

    async def _deliver(self, outgoing: Outgoing) -> Outcome:
        identity = Identity.of(outgoing, self._sender.domain)
        recipient = ascii_address(outgoing.address or "") or ""
        dialogue = self._kept() or Dialogue(self._server)
        try:
            async with time_limit(self._transport.timeout):
                if not dialogue.alive:
                    await dialogue.open()
                message = content(outgoing, identity, self._sender)
                if not may_start():
                    # Some servers greet slowly: the next claim uses this connection and need not wait.
                    self._idle.append(dialogue)
                    return NotSent(TOO_OLD)
                await dialogue.hand_over(self._sender.address, recipient, message, self._transport.timeout)
            self._idle.append(dialogue)
            return Accepted(identity.own, identity.thread)
        except ServerRefused as error:
            return _refused(dialogue, error)
        except OSError as error:
            return _lost(dialogue, error)
        finally:
            if dialogue not in self._idle:
                dialogue.close()

    def _kept(self) -> Dialogue | None:
        while self._idle:
            dialogue = self._idle.pop()
            if dialogue.alive:
                return dialogue
        return None


def _refused(dialogue: Dialogue, refused: ServerRefused) -> Rejected | NotSent | Unknown:
    scope, reason = STAGES[dialogue.stage]
    explained = f"{reason} ({refused.code}: {excerpt(str(refused), dialogue.secrets)})"
    if 500 <= refused.code < 600:
        status = str(refused).split(maxsplit=1)[:1]
        suppress = SUPPRESSED.get(*status) if scope is Scope.RECIPIENT and status else None
        return Rejected(explained, scope, str(refused.code), suppress)
    if dialogue.committed and not 400 <= refused.code < 500:
        return Unknown(explained)
    return NotSent(explained)


def _lost(dialogue: Dialogue, error: OSError) -> Outcome:
    reason = str(error) if isinstance(error, OutOfStep | Overslept) else describe(error)
    if dialogue.committed:
        return Unknown(f"the message was handed over, but not acknowledged: {reason}")
    return NotSent(f"{dialogue.stage}: {reason}")


def _server(settings: ChannelSettings, ours: str, transport: Transport) -> Server:
    host, tls = settings.required("host"), settings.text("tls", str(Smtp.defaults["tls"]))
    if tls not in PORTS:
        raise ConfigError(
            f"{settings.place('tls')}: unknown tls {tls!r}", hint=f"write one of {', '.join(PORTS)}"
        )
    login = None
    if "username" in settings.options:
        login = settings.required("username"), settings.required("password")
    if login is not None and tls == "none" and not is_loopback(host):
        raise ConfigError(
            f'{settings.place("tls")}: tls = "none" would send the password in clear',
            hint='write tls = "starttls" or tls = "implicit"',
        )
    context = None if tls == "none" else transport.tls()
    port = int(str(settings.options.get("port", PORTS[tls])))
    return Server(host=host, port=port, tls=tls, ours=ours, context=context, login=login)
