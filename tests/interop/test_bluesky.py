"""Our `bluesky` against the personal data server that Bluesky itself runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from broadcast.channels.base import Adapter
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.wire.cid import cid_of
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now
from tests.interop.exchange import accepted, build, found, notice
from tests.interop.programs import ask

LOGIN = {"identifier": "muster.test", "password": "geheim-und-lang"}


@pytest.fixture(scope="module")
def account(personal_data_server: str) -> str:
    """The server, with an account of ours."""
    new = {"handle": LOGIN["identifier"], "email": "status@muster.example", "password": LOGIN["password"]}
    answer = ask(personal_data_server, "/xrpc/com.atproto.server.createAccount", new)
    assert answer["handle"] == LOGIN["identifier"], answer
    return personal_data_server


@pytest.fixture
async def adapter(account: str) -> AsyncIterator[Adapter]:
    async with using(build("bluesky", account, **LOGIN)) as adapter:
        yield adapter


async def test_the_account_is_seen_to_be_well(adapter):
    assert (await adapter.probe()).health is Health.OK


async def test_each_update_replies_to_the_one_before_and_is_found_again(adapter):
    begun, opening = now(), notice(1)
    first = await accepted(adapter, opening)
    update = notice(2, thread=first.thread)
    second = await accepted(adapter, update)

    assert second.thread is not None
    assert first.thread is not None
    assert second.thread.root == first.thread.root
    again = [await found(adapter, Attempted(message, begun)) for message in (opening, update)]
    assert [one.ref for one in again if isinstance(one, Accepted)] == [first.ref, second.ref]


async def test_a_repeat_is_no_second_post(account, adapter):
    message = notice(4)
    first = await accepted(adapter, message)
    repository = first.ref.removeprefix("at://").partition("/")[0]
    query = f"repo={repository}&collection=app.bsky.feed.post"
    before = ask(account, f"/xrpc/com.atproto.repo.listRecords?{query}")["records"]

    await adapter.send([message])

    assert ask(account, f"/xrpc/com.atproto.repo.listRecords?{query}")["records"] == before


async def test_the_sandbox_gives_a_post_the_identifier_that_the_server_gives_it(account, adapter):
    """Kind: the stand-in invents what the provider computes."""
    opening = await accepted(adapter, notice(5))
    reply = await accepted(adapter, notice(6, thread=opening.thread))
    repository = reply.ref.removeprefix("at://").partition("/")[0]
    query = f"repo={repository}&collection=app.bsky.feed.post"

    records = ask(account, f"/xrpc/com.atproto.repo.listRecords?{query}")["records"]

    assert {opening.ref, reply.ref} <= {one["uri"] for one in records}
    assert [cid_of(one["value"]) for one in records] == [one["cid"] for one in records]


async def test_what_was_not_sent_is_not_found(adapter):
    assert isinstance(await found(adapter, Attempted(notice(3), now())), NotSent)


async def test_a_wrong_password_is_the_channels_trouble(account):
    async with using(build("bluesky", account, **{**LOGIN, "password": "falsch"})) as adapter:
        (outcome,) = await adapter.send([notice(1)])
        probe = await adapter.probe()

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert probe.health is Health.UNAUTHORISED
