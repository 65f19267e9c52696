"""Every place at which a dialogue with a mail server can end, and what is true of the message then."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from broadcast.channels import registry
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.message import Message
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing

ADDRESS = "erika@muster.example"
HANG, CLOSE = "hang", "close"
USUAL = {
    "greeting": "220 mail.example ESMTP",
    "EHLO": "250-mail.example\r\n250 AUTH PLAIN",
    "AUTH": "235 ok",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "dot": "250 queued",
    "QUIT": "221 bye",
}


@dataclass
class MailServer:
    """Answers each command as its script says."""

    script: Mapping[str, str]
    port: int = 0
    connections: int = 0
    messages: list[bytes] = field(default_factory=list)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await self._say(writer, "greeting")
        while True:
            verb = (await reader.readuntil(b"\r\n")).split()[0].decode()
            await self._say(writer, verb)
            if verb == "DATA" and self.script["DATA"].startswith("354"):
                self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                await self._say(writer, "dot")

    async def _say(self, writer: asyncio.StreamWriter, at: str) -> None:
        reply = self.script[at]
        if reply == CLOSE:
            raise ConnectionResetError
        if reply == HANG:
            await asyncio.Event().wait()
        writer.write(reply.encode() + b"\r\n")
        await writer.drain()


@contextlib.asynccontextmanager
async def mail_server(**script: str) -> AsyncIterator[MailServer]:
    server = MailServer({**USUAL, **script})
    tasks: list[asyncio.Task[None]] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.ensure_future(connection(reader, writer)))

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await server.converse(reader, writer)
        writer.close()

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def settings(port: int, **options: object) -> ChannelSettings:
    given = {"host": "127.0.0.1", "port": port, "tls": "none", "from": "stoerung@muster.example", **options}
    return ChannelSettings(
        name="mail", adapter="smtp", origin="broadcast.toml, [channels.mail]", timeout=0.25, options=given
    )


async def deliver(port: int, **options: object):
    async with using(registry.build(settings(port, **options))) as adapter:
        (outcome,) = await adapter.send([outgoing(ADDRESS)])
    return outcome


@pytest.mark.parametrize(
    ("at", "reply"),
    [
        ("greeting", "421 busy"), ("greeting", CLOSE), ("greeting", HANG), ("EHLO", CLOSE), ("EHLO", HANG),
        ("AUTH", "454 later"), ("AUTH", CLOSE), ("AUTH", HANG), ("MAIL", "451 later"), ("MAIL", CLOSE),
        ("MAIL", HANG), ("RCPT", "450 greylisted"), ("RCPT", CLOSE), ("RCPT", HANG), ("DATA", "451 later"),
        ("DATA", CLOSE), ("DATA", HANG), ("DATA", "no reply code"), ("dot", "451 later"),
        ("dot", "421 closing"),
    ],
)  # fmt: skip
async def test_before_the_final_dot_nothing_was_sent(at, reply):
    async with mail_server(**{at: reply}) as server:
        outcome = await deliver(server.port, username="relay", password="s3cret")

    assert isinstance(outcome, NotSent), outcome


@pytest.mark.parametrize("reply", [CLOSE, HANG, "no reply code", "999 what"])
async def test_after_the_final_dot_nobody_knows(reply):
    async with mail_server(dot=reply) as server:
        outcome = await deliver(server.port)

    assert isinstance(outcome, Unknown), outcome
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("at", "reply", "scope"),
    [
        ("greeting", "554 no service", Scope.CHANNEL),
        ("AUTH", "535 wrong", Scope.CHANNEL),
        ("MAIL", "550 not you", Scope.CHANNEL),
        ("RCPT", "550 no such user", Scope.RECIPIENT),
        ("DATA", "554 no", Scope.MESSAGE),
        ("dot", "554 spam", Scope.MESSAGE),
    ],
)
async def test_a_refusal_for_good_concerns_what_it_answers(at, reply, scope):
    async with mail_server(**{at: reply}) as server:
        outcome = await deliver(server.port, username="relay", password="s3cret")

    assert isinstance(outcome, Rejected), outcome
    assert (outcome.scope, outcome.code) == (scope, reply[:3])
    assert "s3cret" not in str(outcome)


async def test_nothing_was_sent_when_the_connection_is_refused():
    async with mail_server() as server:
        pass

    outcome = await deliver(server.port)

    assert outcome == NotSent("connect: connection refused")


async def test_many_messages_share_a_connection():
    async with mail_server() as server, using(registry.build(settings(server.port))) as adapter:
        for number in range(5):
            (outcome,) = await adapter.send([outgoing(ADDRESS, key=f"k{number}")])
            assert isinstance(outcome, Accepted)

    assert (server.connections, len(server.messages)) == (1, 5)


@pytest.mark.parametrize("reply", [CLOSE, HANG])
async def test_what_became_of_one_message_says_nothing_about_the_next(reply):
    async with mail_server() as server, using(registry.build(settings(server.port))) as adapter:
        (first,) = await adapter.send([outgoing(ADDRESS)])
        server.script = {**USUAL, "MAIL": reply}
        (second,) = await adapter.send([outgoing(ADDRESS, sequence=2)])

    assert isinstance(first, Accepted)
    assert isinstance(second, NotSent), second
    assert server.connections == 1


async def test_a_refused_recipient_does_not_spoil_the_next():
    server = mail_server(RCPT="550 no such user")
    async with server as wire, using(registry.build(settings(wire.port))) as adapter:
        await adapter.send([outgoing("nobody@muster.example")])
        wire.script = USUAL
        (outcome,) = await adapter.send([outgoing(ADDRESS)])

    assert isinstance(outcome, Accepted)
    assert len(wire.messages) == 1


async def test_every_attempt_hands_over_the_same_letter():
    async with mail_server() as server:
        await deliver(server.port)
        await deliver(server.port)

    first, second = (message_from_bytes(one, policy=SMTP) for one in server.messages)
    assert first["Message-ID"] == second["Message-ID"] == "<k7f3qz2m5x4wlb6daorvtc2n1@muster.example>"
    assert first["References"] == first["In-Reply-To"] == "<INC-7.root@muster.example>"
    assert first["Date"] == second["Date"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["To"] == "Erika Muster <erika@muster.example>"
    assert [part.get_content_type() for part in first.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00", "\u2028"])
async def test_a_line_break_adds_no_header(break_):
    evil = f"Bcc{break_}Bcc: everybody@muster.example"
    async with mail_server() as server, using(registry.build(settings(server.port))) as adapter:
        plain = outgoing(ADDRESS)
        subject = replace(plain, message=Message(locale="de", text="text", subject=evil))
        outcomes = [
            *await adapter.send([subject]),
            *await adapter.send([replace(plain, address=f"erika@muster.example{break_}")]),
            *await adapter.send([replace(plain, name=evil)]),
        ]

    assert [type(one) for one in outcomes] == [Rejected, Rejected, Accepted]
    (letter,) = (message_from_bytes(one, policy=SMTP) for one in server.messages)
    assert letter["Bcc"] is None


async def test_umlauts_in_a_domain_are_spelled_for_the_wire():
    async with mail_server() as server, using(registry.build(settings(server.port))) as adapter:
        await adapter.send([outgoing("info@müller.example")])

    assert (
        message_from_bytes(server.messages[0], policy=SMTP)["To"].addresses[0].domain
        == "xn--mller-kva.example"
    )


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_the_connection_is_encrypted_and_verified(tls, tmp_path: Path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with Sandbox(tls=context) as sandbox:
        port = sandbox.smtp_port if tls == "starttls" else sandbox.smtps_port
        login = {"tls": tls, "username": "relay", "password": "s3cret"}
        stranger = replace(settings(port, **login), timeout=5)
        known = replace(stranger, ca_file=tmp_path / "ca.pem")
        outcomes: list[Outcome] = []
        for one in (stranger, known):
            async with using(registry.build(one)) as adapter:
                outcomes += await adapter.send([outgoing(ADDRESS)])

    assert [type(outcome) for outcome in outcomes] == [NotSent, Accepted]
    assert "certificate" in str(outcomes[0])
    assert len(sandbox.received) == 1


async def test_a_server_without_starttls_gets_no_password():
    async with mail_server() as server:
        outcome = await deliver(server.port, tls="starttls", username="relay", password="s3cret")

    assert isinstance(outcome, Rejected), outcome
    assert outcome.scope is Scope.CHANNEL
    assert not server.messages


@pytest.mark.parametrize(
    ("script", "health"),
    [
        ({}, Health.OK),
        ({"AUTH": "535 wrong"}, Health.UNAUTHORISED),
        ({"greeting": "421 busy"}, Health.DEGRADED),
        ({"greeting": HANG}, Health.UNREACHABLE),
    ],
)
async def test_a_probe_logs_in_and_sends_nothing(script, health):
    async with mail_server(**script) as server:
        login = {"username": "relay", "password": "s3cret"}
        async with using(registry.build(settings(server.port, **login))) as adapter:
            assert (await adapter.probe()).health is health

    assert not server.messages


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": "mail.example", "username": "relay", "password": "s3cret"}, "in clear"),
        ({"tls": "ssl"}, "unknown tls 'ssl'"),
        ({"port": "smtp"}, "port must be"),
        ({"port": True}, "port must be"),
        ({"port": 0}, "port must be"),
        ({"from": "Muster Handel <a@b.example>"}, "not an e-mail address"),
        ({"from_name": "a\nb"}, "line break"),
        ({"username": "relay"}, "password is missing"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_a_fix(options, words):
    with pytest.raises(ConfigError, match=words) as raised:
        registry.build(settings(**{"port": 25, **options}))

    assert raised.value.hint
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "RCPT"])
async def test_a_second_answer_that_nobody_asked_for_ends_the_dialogue(at):
    """The next answer would be taken for another command's: a refused recipient for an accepted message."""
    script = {"RCPT": "550 5.1.1 nobody", "DATA": "554 no"}
    async with mail_server(**{**script, at: f"{USUAL[at]}\r\n250 once more"}) as server:
        outcome = await deliver(server.port)

    assert isinstance(outcome, NotSent), outcome
    assert server.messages == []


async def test_a_second_answer_before_the_text_keeps_it_back():
    async with mail_server(DATA="354 go on\r\n250 once more", dot="554 no") as server:
        outcome = await deliver(server.port)

    assert isinstance(outcome, NotSent)
    assert server.messages == [] or b"Subject" not in server.messages[0]


async def test_two_answers_to_a_text_are_none():
    async with mail_server(dot="250 queued\r\n554 after all not") as server:
        outcome = await deliver(server.port)

    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("bye", ["421 closing", "221 bye"])
async def test_a_server_that_takes_a_text_and_hangs_up_has_taken_it(bye):
    async with (
        mail_server(dot=f"250 queued\r\n{bye}") as server,
        using(registry.build(settings(server.port))) as adapter,
    ):
        outcomes = [(await adapter.send([outgoing(ADDRESS)]))[0] for _ in range(2)]

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert server.connections == 2


@settings_of_hypothesis(max_examples=40, deadline=None)
@given(at=st.sampled_from(("greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot")), reply=st.text(max_size=30))
def test_whatever_a_server_answers_becomes_an_outcome(at, reply):
    async def delivered():
        async with mail_server(**{at: reply}) as server:
            return await deliver(server.port)

    assert isinstance(asyncio.run(delivered()), Accepted | Rejected | NotSent | Unknown)
