"""What is true of a request, whatever happens to it on the way."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import trustme

from broadcast.channels.responses import retry_after
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.testing.stub import Canned, answering, breaking_off, dripping, flooding, never, reset, serving

TIMEOUT = 0.4
LEEWAY = 0.4
AGREE = answering(Canned())


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    transport = Transport(timeout=TIMEOUT, concurrency=4)
    yield transport
    await transport.close()


async def post(transport: Transport, url: str, body: bytes | None = b"text") -> Answer:
    return await transport.exchange("POST", url, headers={"Authorization": "Bearer secret"}, body=body)


def has_left(reply: Answer) -> bool:
    assert isinstance(reply, NoReply), reply
    return reply.left


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A listener whose queue is full: the kernel drops every further SYN."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield port


async def test_an_answer_is_read_whole_and_its_headers_whatever_their_case(transport: Transport):
    async with serving(answering(Canned(201, b'{"id": 7}', {"Retry-After": "3"}))) as wire:
        reply = await post(transport, wire.url())

    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.headers["retry-after"]) == (201, b'{"id": 7}', "3")
    assert wire.requests[0].endswith(b"\r\n\r\ntext")


@pytest.mark.parametrize("body", [b"text", None])
async def test_nothing_left_when_the_connection_is_refused(transport, closed_port, body):
    reply = await post(transport, f"http://127.0.0.1:{closed_port}/", body)

    assert reply == NoReply("connection refused", left=False)


async def test_nothing_left_when_nobody_takes_the_call(transport, deaf_port):
    begun = time.monotonic()

    reply = await post(transport, f"http://127.0.0.1:{deaf_port}/")

    assert not has_left(reply)
    assert time.monotonic() - begun < TIMEOUT + LEEWAY


async def test_nothing_left_when_the_tls_handshake_is_never_answered(transport):
    async with serving(never) as wire:
        begun = time.monotonic()
        reply = await post(transport, wire.url(scheme="https"))

    assert not has_left(reply)
    assert wire.connections == 1
    assert time.monotonic() - begun < TIMEOUT + LEEWAY


async def test_nothing_left_when_the_certificate_is_not_trusted(transport):
    async with serving(AGREE, tls=_certified(trustme.CA())) as wire:
        reply = await post(transport, wire.url(scheme="https"))

    assert not has_left(reply)
    assert "certificate" in str(reply)
    assert not wire.requests


async def test_nothing_left_when_the_certificate_is_for_another_host(tmp_path: Path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    transport = Transport(timeout=TIMEOUT, ca_file=tmp_path / "ca.pem")

    async with serving(AGREE, tls=_certified(authority, "else.example")) as wire:
        reply = await post(transport, wire.url(scheme="https"))
    await transport.close()

    assert not has_left(reply)
    assert not wire.requests


async def test_an_authority_named_in_the_settings_is_trusted(tmp_path: Path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    transport = Transport(timeout=5, ca_file=tmp_path / "ca.pem")

    async with serving(AGREE, tls=_certified(authority)) as wire:
        reply = await post(transport, wire.url(scheme="https"))
        await transport.close()

    assert isinstance(reply, Reply)


@pytest.mark.parametrize("body", [b"text", None])
async def test_the_request_has_left_when_nobody_answers_it(transport, body):
    async with serving(never) as wire:
        begun = time.monotonic()
        reply = await post(transport, wire.url(), body)

    assert reply == NoReply("no answer within 0.4 s", left=True)
    assert time.monotonic() - begun < TIMEOUT + LEEWAY


async def test_the_request_has_left_when_the_connection_is_reset_after_it(transport):
    async with serving(reset) as wire:
        reply = await post(transport, wire.url())

    assert has_left(reply)
    assert len(wire.requests) == 1


async def test_a_dripping_answer_does_not_outlast_the_deadline(transport):
    async with serving(dripping(Canned(200, b"x" * 1000))) as wire:
        begun = time.monotonic()
        reply = await post(transport, wire.url())

    assert has_left(reply)
    assert time.monotonic() - begun < TIMEOUT + LEEWAY


async def test_a_huge_answer_is_cut_off():
    transport = Transport(timeout=10)
    async with serving(flooding(Canned())) as wire:
        reply = await post(transport, wire.url())
    await transport.close()

    assert reply == NoReply("the answer is larger than 256 KiB", left=True)


async def test_an_answer_that_breaks_off_is_none(transport):
    async with serving(breaking_off(Canned())) as wire:
        assert has_left(await post(transport, wire.url()))


async def test_an_answer_that_is_not_http_is_none(transport):
    async def play(writer):
        writer.write(b"220 mail.example ESMTP\r\n")

    async with serving(play) as wire:
        assert has_left(await post(transport, wire.url()))


async def test_a_redirect_is_an_answer_and_is_not_followed(transport):
    async with serving(answering(Canned(302, b"", {"Location": "/elsewhere"}))) as wire:
        reply = await post(transport, wire.url())

    assert isinstance(reply, Reply)
    assert reply.status == 302
    assert len(wire.requests) == 1


async def test_a_kept_connection_is_used_again(transport):
    async with serving(AGREE) as wire:
        for _ in range(3):
            assert isinstance(await post(transport, wire.url()), Reply)

    assert (wire.connections, len(wire.requests)) == (1, 3)


async def test_a_reset_on_a_kept_connection_has_left(transport):
    async with serving(AGREE) as wire:
        await post(transport, wire.url())
        wire.play = reset
        reply = await post(transport, wire.url())

    assert has_left(reply)
    assert (wire.connections, len(wire.requests)) == (1, 2)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_what_writes_is_never_repeated_on_its_own(transport, method):
    async with serving(AGREE) as wire:
        await post(transport, wire.url())
        wire.play = reset
        reply = await transport.exchange(method, wire.url(), headers={}, body=b"{}")

    assert has_left(reply)
    assert wire.methods == ["POST", method]


async def test_the_flag_of_one_request_says_nothing_about_the_next(transport):
    async with serving(AGREE) as wire:
        await post(transport, wire.url())

    reply = await post(transport, wire.url())

    assert reply == NoReply("connection refused", left=False)


async def test_an_idle_connection_closed_while_we_were_busy_is_not_taken_again(transport):
    with _hanging_up_server() as (port, closed):
        first = await post(transport, f"http://127.0.0.1:{port}/")
        closed.get(timeout=5)  # the loop is held up here, and so cannot see the connection end
        second = await post(transport, f"http://127.0.0.1:{port}/")

    assert isinstance(first, Reply)
    assert isinstance(second, Reply)


async def test_fifty_requests_share_as_many_connections_as_the_channel_may_have():
    transport = Transport(timeout=5, concurrency=4)
    async with serving(AGREE) as wire:
        replies = await asyncio.gather(*(post(transport, wire.url()) for _ in range(50)))
        await transport.close()

    assert all(isinstance(reply, Reply) for reply in replies)
    assert wire.connections <= 6


async def test_a_reason_names_no_address():
    transport = Transport(timeout=TIMEOUT)
    async with serving(never) as wire:
        reply = await transport.exchange("GET", wire.url("/?To=%2B4915112345678"), headers={})
    await transport.close()

    assert isinstance(reply, NoReply)
    assert "4915112345678" not in str(reply)


@pytest.mark.parametrize(
    "base_url", ["http://api.example.com", "ftp://localhost", "localhost:80", "https://"]
)
def test_secrets_do_not_travel_in_clear(base_url):
    settings = ChannelSettings(
        name="sms", adapter="twilio-sms", origin="broadcast.toml, [channels.sms]", base_url=base_url
    )

    with pytest.raises(ConfigError, match=r"\[channels\.sms\]") as raised:
        Transport.for_channel(settings, Capabilities(kind=ChannelKind.SMS, address=None))

    assert raised.value.hint


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:80", "http://localhost", "http://[::1]", "https://a.example"]
)
def test_this_machine_may_be_spoken_to_in_clear(base_url):
    settings = ChannelSettings(name="sms", adapter="twilio-sms", origin="here", base_url=base_url, timeout=7)

    assert Transport.for_channel(settings, Capabilities(kind=ChannelKind.SMS, address=None)).timeout == 7


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "2"}, 2),
        ({"Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"x-rate-limit-reset": "1792567690", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_read_in_every_spelling(headers, seconds):
    assert retry_after(Reply(429, headers, b"")) == seconds


def test_nothing_heavy_is_loaded_before_a_channel_needs_it():
    code = (
        "import sys\n"
        "from broadcast.channels import registry\n"
        "[registry.adapter_class(n) for n in registry.names() if n != 'site']\n"
        "heavy = {'aiohttp', 'aiosmtplib', 'sendgrid', 'tweepy', 'twilio', 'requests'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n", "")


def _certified(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@contextlib.contextmanager
def _hanging_up_server() -> Iterator[tuple[int, queue.Queue[None]]]:
    """A server in a thread that promises to keep each connection alive and then closes it."""
    closed: queue.Queue[None] = queue.Queue()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            connection, _address = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(Canned().written())
            closed.put(None)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], closed
    finally:
        thread.join(5)
        listener.close()
