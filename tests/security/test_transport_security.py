"""Credentials and addresses travel to whom they are for, encrypted, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from broadcast.channels.email.smtp import Smtp
from broadcast.channels.registry import build
from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected
from broadcast.sandbox.server import Sandbox
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.harness.cases import for_every
from tests.security.test_provider_answers import ADAPTERS, ADDRESSES

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Office:
    """A certificate authority and the servers it vouches for."""

    def __init__(self, folder) -> None:
        self._authority = trustme.CA()
        self.pem = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.pem)

    def certificate(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        until = LONG_AGO + timedelta(days=1) if expired else None
        issued = self._authority.issue_cert(*names, not_before=LONG_AGO, not_after=until)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        issued.configure_cert(context)
        return context


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def doubtful(office):
    return {
        "expired": (office.certificate("localhost", "127.0.0.1", expired=True), office.pem),
        "another host's": (office.certificate("else.example"), office.pem),
        "from nobody we know": (office.certificate("localhost", "127.0.0.1"), None),
    }


DOUBTS = ["expired", "another host's", "from nobody we know"]


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("doubt", DOUBTS)
async def test_a_provider_with_a_doubtful_certificate_is_told_nothing(office, adapter, doubt):
    context, authority = doubtful(office)[doubt]
    async with serving(answering(Canned()), tls=context) as wire:
        url = wire.url(scheme="https")
        settings = ChannelSettings(
            name="c",
            adapter=adapter,
            origin="here",
            base_url=url,
            ca_file=authority,
            options=ADAPTERS[adapter],
        )
        channel = build(settings)
        outcome = (await channel.send([outgoing(ADDRESSES.get(adapter))]))[0]
        probe = await channel.probe()
        await channel.close()

    assert isinstance(outcome, NotSent)
    assert "certificate" in outcome.reason
    assert probe.health is Health.UNREACHABLE
    assert wire.requests == []


def mail(port: int, tls: str, authority, host: str = "localhost") -> Smtp:
    options = {
        "host": host,
        "port": port,
        "tls": tls,
        "from": "a@b.example",
        "username": "u",
        "password": "sentinel",
    }
    settings = ChannelSettings(name="post", adapter="smtp", origin="here", options=options)
    return Smtp.from_settings(settings, Transport(timeout=5, ca_file=authority))


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("doubt", DOUBTS)
async def test_a_mail_server_with_a_doubtful_certificate_gets_neither_password_nor_mail(office, doubt, tls):
    context, authority = doubtful(office)[doubt]
    async with Sandbox(tls=context) as sandbox:
        post = mail(sandbox.smtp_port if tls == "starttls" else sandbox.smtps_port, tls, authority)
        outcome = (await post.send([outgoing("anna@kunde.example")]))[0]
        await post.close()

    assert isinstance(outcome, NotSent)
    assert sandbox.received == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_mail_server_with_a_good_certificate_gets_the_mail(office, tls):
    async with Sandbox(tls=office.certificate("localhost")) as sandbox:
        post = mail(sandbox.smtp_port if tls == "starttls" else sandbox.smtps_port, tls, office.pem)
        outcome = (await post.send([outgoing("anna@kunde.example")]))[0]
        await post.close()

    assert isinstance(outcome, Accepted)


async def test_a_mail_server_that_hides_starttls_gets_no_password():
    heard = []
    served = []

    async def serve(reader, writer):
        served.append(asyncio.current_task())
        writer.write(b"220 mail ESMTP\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(
                b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n" if line[:4].upper() == b"EHLO" else b"250 ok\r\n"
            )
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    post = mail(server.sockets[0].getsockname()[1], "starttls", None, "127.0.0.1")

    outcome = (await post.send([outgoing("anna@kunde.example")]))[0]

    await post.close()
    server.close()
    await asyncio.gather(*served)
    assert isinstance(outcome, Rejected | NotSent)
    assert not [line for line in heard if line[:4].upper() in {b"AUTH", b"MAIL", b"RCPT"}]


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed_with_credentials(adapter, status):
    async with serving(answering(Canned())) as elsewhere:
        redirect = Canned(status, b"", {"Location": elsewhere.url("/stolen")})
        async with serving(answering(redirect)) as wire:
            settings = ChannelSettings(
                name="c", adapter=adapter, origin="here", base_url=wire.url(), options=ADAPTERS[adapter]
            )
            channel = build(settings)
            outcome = (await channel.send([outgoing(ADDRESSES.get(adapter))]))[0]
            await channel.probe()
            await channel.close()

    assert isinstance(outcome, Rejected)
    assert len(wire.requests) == 2
    assert elsewhere.connections == 0


@for_every("adapter", ADAPTERS)
@for_every(
    "url",
    [
        "http://api.example.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
    ],
)
def test_no_provider_is_spoken_to_in_clear(adapter, url):
    with pytest.raises(ConfigError, match="in clear"):
        build(
            ChannelSettings(name="c", adapter=adapter, origin="here", base_url=url, options=ADAPTERS[adapter])
        )


@pytest.mark.parametrize("host", ["mail.example", "127.0.0.1.evil.example"])
def test_no_password_is_sent_to_a_mail_server_in_clear(host):
    with pytest.raises(ConfigError, match="in clear"):
        mail(25, "none", None, host)


@pytest.mark.parametrize("url", ["https://user:pw@api.example.com", "https://pw@api.example.com"])
def test_no_address_may_hold_credentials(muster, url):
    muster.urls["twilio"] = url
    muster.configure()

    said = muster.run("config", "show")
    muster.__post_init__()

    assert said.code == 6
    assert "pw" not in said.said
