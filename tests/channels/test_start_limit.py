"""A claim that became too old on the way to its provider: every adapter writes nothing, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from broadcast.channels import registry
from broadcast.channels.start_limit import START, TOO_OLD, Start
from broadcast.channels.transport import NoReply, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.clock import SystemClock
from broadcast.model.outcome import Accepted, NotSent
from broadcast.model.outgoing import Outgoing
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.channels.email.test_smtp import ADDRESS, mail_server
from tests.channels.email.test_smtp import settings as mail_settings
from tests.security.test_any_answer import EVERY, PLACES

LOGINS = {
    "/xrpc/com.atproto.server.createSession": Canned(body=b'{"did": "did:plc:a", "accessJwt": "t"}'),
    "/token": Canned(body=json.dumps({"access_token": "t", "expires_in": 3600}).encode()),
}


class Laptop(SystemClock):
    """A clock that is put on, as a lid that is closed for a while does."""

    asleep = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.asleep


@contextmanager
def claimed(seconds: float, clock: Laptop | None = None) -> Iterator[Start]:
    """Whatever is sent here belongs to a claim that may start for so many seconds."""
    clock = clock or Laptop()
    start = Start(clock.monotonic() + seconds, clock)
    token = START.set(start)
    try:
        yield start
    finally:
        START.reset(token)


@pytest.mark.parametrize("name", sorted(EVERY))
async def test_no_adapter_writes_for_a_claim_that_is_too_old(name):
    async with serving(answering(Canned()), logins=LOGINS) as wire:
        options = {**EVERY[name], **({"token_url": wire.url("/token")} if name == "outlook" else {})}
        settings = ChannelSettings(
            name="c", adapter=name, origin="here", base_url=wire.url(), options=options
        )
        async with using(registry.build(settings)) as adapter:
            with claimed(-1) as start:
                (outcome,) = await adapter.send([outgoing(PLACES.get(name))])

    assert outcome == NotSent(TOO_OLD)
    assert start.refused
    assert wire.requests == []


async def test_the_age_counts_for_the_first_request_that_writes_and_for_no_other():
    clock = Laptop()
    transport = Transport(timeout=5)
    async with serving(answering(Canned())) as wire:
        with claimed(5, clock) as start:
            first = await transport.exchange("POST", wire.url(), headers={}, body=b"1")
            clock.asleep = 100
            second = await transport.exchange("POST", wire.url(), headers={}, body=b"2")
        await transport.close()

    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert not start.refused


async def test_to_sign_in_or_to_read_is_not_the_start_of_a_request():
    clock = Laptop()
    transport = Transport(timeout=5)
    async with serving(answering(Canned())) as wire:
        with claimed(5, clock) as start:
            await transport.exchange("POST", wire.url(), headers={}, body=b"login", signing_in=True)
            await transport.exchange("GET", wire.url(), headers={})
            clock.asleep = 100
            written = await transport.exchange("POST", wire.url(), headers={}, body=b"text")
            read = await transport.exchange("GET", wire.url(), headers={})
        await transport.close()

    assert written == NoReply(TOO_OLD, left=False)
    assert isinstance(read, Reply)
    assert start.refused
    assert wire.methods == ["POST", "GET", "GET"]


async def test_a_mail_server_that_is_slow_to_greet_is_not_greeted_again_for_the_next_claim():
    async with mail_server() as server, using(registry.build(mail_settings(server.port))) as adapter:
        with claimed(-1):
            (late,) = await adapter.send([mail()])
        with claimed(5):
            (outcome,) = await adapter.send([mail()])

    assert late == NotSent(TOO_OLD)
    assert isinstance(outcome, Accepted)
    assert (server.connections, len(server.messages)) == (1, 1)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_mail_is_not_handed_over_after_a_sleep_in_the_middle_of_its_dialogue(verb):
    clock = Laptop()

    class Sleeping(dict[str, str]):
        def __getitem__(self, at: str) -> str:
            clock.asleep = 100.0 if at == verb else clock.asleep
            return super().__getitem__(at)

    async with mail_server() as server, using(registry.build(mail_settings(server.port))) as adapter:
        server.script = Sleeping(server.script)
        with claimed(5, clock) as start:
            (outcome,) = await adapter.send([mail()])

    assert outcome == NotSent(f"DATA: {TOO_OLD}")
    assert start.refused
    assert server.messages == []


async def test_the_static_page_is_not_written_for_a_claim_that_is_too_old(tmp_path):
    settings = ChannelSettings(
        name="page", adapter="site", origin="here", folder=tmp_path, options={"path": "page"}
    )
    async with using(registry.build(settings)) as adapter:
        with claimed(-1) as start:
            (outcome,) = await adapter.send([outgoing(None)])

    assert outcome == NotSent(TOO_OLD)
    assert start.refused
    assert not (tmp_path / "page").exists()


#: What Apprise's own code uses is not for us to correct.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_apprise_is_not_asked_for_a_claim_that_is_too_old():
    async with serving(answering(Canned())) as wire:
        url = wire.url(scheme="json")
        settings = ChannelSettings(
            name="other", adapter="apprise", origin="here", options={"apprise_url": url}
        )
        async with using(registry.build(settings)) as adapter:
            with claimed(-1):
                (outcome,) = await adapter.send([outgoing(None)])

    assert outcome == NotSent(TOO_OLD)
    assert wire.requests == []


def mail() -> Outgoing:
    return outgoing(ADDRESS)
