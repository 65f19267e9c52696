"""Kind: a credential that no request can carry makes every message unknown, though nothing was sent."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadcast.channels import registry
from broadcast.channels.transport import Reply, Transport
from broadcast.config.secret import Reference, SecretNotSet
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Probe, Unknown
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.security.test_any_answer import EVERY, PLACES

#: What ends up in a secret: line ends, byte order marks, terminal codes, halves of characters, other scripts.
ODD = st.text(
    st.one_of(
        st.sampled_from("\r\n\t\x00\x1b\x7f\x85\ufeff\u200b\u2028\ud800\u20ac\U0001f600 :/?#@%[]\"'\\{}"),
        st.characters(),
    ),
    min_size=1,
    max_size=12,
)
LOGIN = {"username": "broadcast", "password": "k", "api_key": "k", "headers": {"X-Key": "{api_key}"}}
PROVIDERS = {**EVERY, "sms-gateway": {**EVERY["sms-gateway"], **LOGIN}}
MAIL = {"username": "status", "password": "k", "from": "a@b.example", "from_name": "Muster"}
TEXTS = {
    name: sorted(key for key, value in options.items() if isinstance(value, str))
    for name, options in PROVIDERS.items()
}


@pytest.mark.parametrize("name", PROVIDERS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_credential_makes_a_message_unknown(name, data):
    odd = {key: data.draw(ODD, key) for key in data.draw(st.sets(st.sampled_from(TEXTS[name]), min_size=1))}
    asyncio.run(send(name, {**PROVIDERS[name], **odd}))


@settings(max_examples=25, deadline=None)
@given(odd=st.dictionaries(st.sampled_from(sorted(MAIL)), ODD, min_size=1))
@example(odd={"password": "\ud800"})
def test_no_login_of_a_mail_server_makes_a_message_unknown(odd):
    asyncio.run(mail({**MAIL, **odd}))


async def mail(options: dict[str, object]) -> None:
    """The server refuses every login."""
    served = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        writer.write(b"220 mail ESMTP\r\n")
        while line := await reader.readline():
            greeting = line.upper().startswith(b"EHLO")
            writer.write(b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n" if greeting else b"535 5.7.8 no\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    place: dict[str, object] = {"host": "127.0.0.1", "port": port, "tls": "none"}
    try:
        await refused(
            ChannelSettings(name="c", adapter="smtp", origin="here", timeout=5, options={**place, **options})
        )
    finally:
        server.close()
        await asyncio.gather(*served)


@settings(max_examples=20, deadline=None)
@given(odd=st.lists(st.tuples(ODD, ODD), min_size=1, max_size=10))
def test_a_request_that_cannot_be_written_has_not_left(odd):
    """Headers of a described gateway, and addresses of webhooks, are secrets that go out as they are."""

    async def exchange() -> None:
        transport, written = Transport(timeout=5), 0
        async with serving(answering(Canned(401))) as wire:
            for header, path in odd:
                url, headers = wire.url(f"/{path}"), {"X-Key": header}
                answer = await transport.exchange("POST", url, headers=headers, body=b"{}")
                assert isinstance(answer, Reply) or not answer.left
                written += isinstance(answer, Reply)
            await transport.exchange("POST", wire.url(), headers={}, body=b"{}")
            await transport.close()
        assert len(wire.requests) == written + 1

    asyncio.run(exchange())


@pytest.mark.parametrize("value", ["k\n", "k\r\n", "\ufeffk", " k\t", "\ufeff k \u200b\n"])
@pytest.mark.parametrize("place", ["env:ODD", "file:odd", ".env"])
def test_what_stands_around_a_secret_is_left_out(tmp_path, monkeypatch, value, place):
    if place == "file:odd":
        (tmp_path / "odd").write_text(value, encoding="utf-8")
    elif place == "env:ODD":
        monkeypatch.setenv("ODD", value)
    known = {"ODD": value} if place == ".env" else {}
    spelled = "env:ODD" if place == ".env" else place

    assert Reference(spelled, tmp_path, known).resolve("here") == "k"


@pytest.mark.parametrize("value", ["k\nX: 1", "k\x00k", "k\x1b[2J", "a\tb", "k\udcffk", "k\ufeffk"])
def test_a_control_character_inside_is_refused_by_name_and_not_shown(tmp_path, value):
    with pytest.raises(ConfigError) as refusal:
        Reference("env:ODD", tmp_path, {"ODD": value}).resolve("broadcast.toml:7: token")

    assert not isinstance(refusal.value, SecretNotSet)
    assert str(refusal.value).startswith("broadcast.toml:7: token: the value of env:ODD has")
    assert value not in str(refusal.value)


async def send(name: str, options: dict[str, object]) -> None:
    """Every request that arrives is refused, so that only one that never left could be unknown."""
    async with serving(answering(Canned(401))) as wire:
        channel = ChannelSettings(
            name="c", adapter=name, origin="here", base_url=wire.url(), timeout=5, options=options
        )
        await refused(channel)


async def refused(channel: ChannelSettings) -> None:
    """The channel is refused when it is built, or its message certainly did not get through."""
    try:
        adapter = registry.build(channel)
    except ConfigError:
        return
    try:
        [outcome] = await adapter.send([outgoing(PLACES.get(channel.adapter, "anna@kunde.example"))])
        probe = await adapter.probe()
    finally:
        await adapter.close()
    assert not isinstance(outcome, Unknown | Accepted), outcome
    assert isinstance(probe, Probe)
