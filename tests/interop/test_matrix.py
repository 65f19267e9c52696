"""Our `matrix` against Synapse, the home server that most of Matrix runs on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from broadcast.channels.base import Adapter
from broadcast.model.outcome import Health, NotSent, Rejected, Scope
from broadcast.testing.adapter_contract import using
from tests.interop.exchange import accepted, build, notice
from tests.interop.programs import ask

MOST = 30  # far more than a home server takes at once


class Account:
    """Somebody on the home server, in a room of their own."""

    def __init__(self, root: str, name: str) -> None:
        login = {"username": name, "password": "geheim-und-lang", "auth": {"type": "m.login.dummy"}}
        self.root = root
        self.token = ask(root, "/_matrix/client/v3/register", login)["access_token"]
        self.room = self.ask("createRoom", {"preset": "private_chat"})["room_id"]

    def ask(self, path: str, document: object = None) -> Any:
        return ask(self.root, f"/_matrix/client/v3/{path}", document, Authorization=f"Bearer {self.token}")

    def channel(self, **options: str) -> Adapter:
        return build("matrix", self.root, **{"access_token": self.token, "room": self.room, **options})

    def messages(self) -> dict[str, dict[str, Any]]:
        """What stands in the room, oldest first, by its id."""
        events = self.ask(f"rooms/{self.room}/messages?dir=f&limit=100")["chunk"]
        return {one["event_id"]: one["content"] for one in events if one["type"] == "m.room.message"}


@pytest.fixture(scope="module")
def account(home_server: str) -> Account:
    return Account(home_server, "broadcast")


@pytest.fixture
async def adapter(account: Account) -> AsyncIterator[Adapter]:
    async with using(account.channel()) as adapter:
        yield adapter


async def test_the_room_is_seen_to_be_well(adapter):
    assert (await adapter.probe()).health is Health.OK


async def test_each_update_stands_in_the_thread(account, adapter):
    first = await accepted(adapter, notice(1))
    second = await accepted(adapter, notice(2, thread=first.thread))
    third = await accepted(adapter, notice(3, thread=second.thread))

    shown = account.messages()
    assert list(shown) == [first.ref, second.ref, third.ref]
    assert shown[first.ref]["body"] == notice(1).message.text
    assert shown[third.ref]["m.relates_to"]["event_id"] == first.ref
    assert shown[third.ref]["m.relates_to"]["m.in_reply_to"]["event_id"] == second.ref


async def test_a_repeat_is_no_second_message(account, adapter):
    message = notice(4)
    first = await accepted(adapter, message)
    before = account.messages()

    assert (await accepted(adapter, message)).ref == first.ref
    assert account.messages() == before


async def test_an_encrypted_room_is_no_good(account):
    state = [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]
    room = account.ask("createRoom", {"initial_state": state})["room_id"]

    async with using(account.channel(room=room)) as adapter:
        probe = await adapter.probe()

    assert probe.health is Health.DEGRADED
    assert "encrypted" in probe.detail


@pytest.mark.parametrize(
    ("options", "code", "health"),
    [
        ({"access_token": "syt_falsch"}, "M_UNKNOWN_TOKEN", Health.UNAUTHORISED),
        ({"room": "!gone:muster.example"}, "M_FORBIDDEN", Health.DEGRADED),
    ],
)
async def test_what_is_refused_is_the_channels_trouble(account, options, code, health):
    async with using(account.channel(**options)) as adapter:
        (outcome,) = await adapter.send([notice(1)])
        probe = await adapter.probe()

    assert isinstance(outcome, Rejected)
    assert (outcome.scope, outcome.code) == (Scope.CHANNEL, code)
    assert probe.health is health


async def test_too_many_messages_are_asked_to_wait(home_server):
    async with using(Account(home_server, "hasty").channel()) as adapter:
        outcomes = [(await adapter.send([notice(sequence)]))[0] for sequence in range(10, 10 + MOST)]

    waits = [one.retry_after for one in outcomes if isinstance(one, NotSent)]
    assert waits
    assert all(wait is not None and wait > 0 for wait in waits)
