"""Our `mastodon` against `mastodon_mock`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from broadcast.channels.base import Adapter
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope
from broadcast.model.outgoing import Attempted
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now
from tests.interop.exchange import accepted, build, found, notice
from tests.interop.programs import ask

TOKEN = "mock_token"


@pytest.fixture
async def adapter(mastodon: str) -> AsyncIterator[Adapter]:
    async with using(build("mastodon", mastodon, access_token=TOKEN)) as adapter:
        yield adapter


async def test_the_account_is_seen_to_be_well(adapter):
    assert (await adapter.probe()).health is Health.OK


async def test_each_update_replies_to_the_one_before_and_is_found_again(mastodon, adapter):
    begun, opening = now(), notice(1)
    first = await accepted(adapter, opening)
    update = notice(2, thread=first.thread)
    second = await accepted(adapter, update)

    shown = ask(mastodon, f"/api/v1/statuses/{second.ref}", Authorization=f"Bearer {TOKEN}")
    assert str(shown["in_reply_to_id"]) == first.ref
    again = [await found(adapter, Attempted(message, begun)) for message in (opening, update)]
    assert [one.ref for one in again if isinstance(one, Accepted)] == [first.ref, second.ref]


async def test_a_repeat_is_no_second_post(adapter):
    message = notice(4)

    assert (await accepted(adapter, message)).ref == (await accepted(adapter, message)).ref


async def test_what_was_not_sent_is_not_found(adapter):
    assert isinstance(await found(adapter, Attempted(notice(3), now())), NotSent)


async def test_a_wrong_token_is_the_channels_trouble(mastodon):
    async with using(build("mastodon", mastodon, access_token="falsch")) as adapter:
        (outcome,) = await adapter.send([notice(1)])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
