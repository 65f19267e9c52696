"""Our `slack` against the Slack of the npm package `emulate`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from broadcast.channels.base import Adapter
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope
from broadcast.model.outgoing import Attempted
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now
from tests.interop.exchange import accepted, build, found, notice
from tests.interop.programs import ask

TOKEN = "test_token_admin"


def slack(root: str, method: str, **fields: object) -> Any:
    return ask(root, f"/api/{method}", fields, Authorization=f"Bearer {TOKEN}")


@pytest.fixture
def room(emulate: dict[str, str]) -> str:
    """The id of a channel that the server made."""
    listed = slack(emulate["slack"], "conversations.list")["channels"]
    [room] = [one["id"] for one in listed if one["name"] == "incidents"]
    return room


@pytest.fixture
async def adapter(emulate: dict[str, str], room: str) -> AsyncIterator[Adapter]:
    async with using(build("slack", f"{emulate['slack']}/api", token=TOKEN, channel=room)) as adapter:
        yield adapter


async def test_the_channel_is_seen_to_be_well(adapter):
    assert (await adapter.probe()).health is Health.OK


async def test_a_thread_is_told_edited_and_found_again(emulate, room, adapter):
    begun, opening = now(), notice(1)
    first = await accepted(adapter, opening)
    update = notice(2, thread=first.thread)
    second = await accepted(adapter, update)

    thread = slack(emulate["slack"], "conversations.replies", channel=room, ts=first.ref)["messages"]
    assert [one["ts"] for one in thread] == [first.ref, second.ref]
    assert thread[0]["text"] == thread[1]["text"]
    assert second.detail is None
    again = [await found(adapter, Attempted(message, begun)) for message in (opening, update)]
    assert [one.ref for one in again if isinstance(one, Accepted)] == [first.ref, second.ref]
    assert [one.thread for one in again if isinstance(one, Accepted)] == [first.thread, second.thread]


async def test_what_was_not_sent_is_not_found(adapter):
    assert isinstance(await found(adapter, Attempted(notice(3), now())), NotSent)


async def test_a_channel_that_was_deleted_is_the_channels_trouble(emulate):
    async with using(build("slack", f"{emulate['slack']}/api", token=TOKEN, channel="C0GONE000")) as adapter:
        (outcome,) = await adapter.send([notice(1)])

    assert isinstance(outcome, Rejected)
    assert (outcome.scope, outcome.code) == (Scope.CHANNEL, "channel_not_found")
