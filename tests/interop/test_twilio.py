"""Our `twilio-sms` against the Twilio of the npm package `emulate`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from broadcast.channels.base import Adapter
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope
from broadcast.model.outgoing import Attempted
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now
from tests.interop.conftest import ACCOUNT, NUMBER
from tests.interop.exchange import accepted, build, found, notice

ADDRESS = "+4915112345678"
NO_RECIPIENTS = "+4915112345670"


def twilio(emulate: dict[str, str], token: str = ACCOUNT["auth_token"], sender: str = NUMBER) -> Adapter:
    credentials = {"account_sid": ACCOUNT["sid"], "auth_token": token, "from": sender}
    return build("twilio-sms", emulate["twilio"], **credentials)


@pytest.fixture
async def adapter(emulate: dict[str, str]) -> AsyncIterator[Adapter]:
    async with using(twilio(emulate)) as adapter:
        yield adapter


async def test_the_account_is_seen_to_be_active(adapter):
    assert (await adapter.probe()).health is Health.OK


async def test_a_message_is_taken_and_found_again(adapter):
    begun, message = now(), notice(1, ADDRESS)

    outcome = await accepted(adapter, message)

    assert outcome.ref.startswith("SM")
    again = await found(adapter, Attempted(message, begun))
    assert isinstance(again, Accepted)
    assert again.ref == outcome.ref


async def test_what_was_not_sent_is_not_found(adapter):
    assert isinstance(await found(adapter, Attempted(notice(1, NO_RECIPIENTS), now())), NotSent)


async def test_a_wrong_token_is_the_channels_trouble(emulate):
    async with using(twilio(emulate, token="falsch")) as adapter:
        (outcome,) = await adapter.send([notice(1, ADDRESS)])
        probe = await adapter.probe()

    assert isinstance(outcome, Rejected)
    assert (outcome.scope, outcome.code) == (Scope.CHANNEL, "20003")
    assert probe.health is Health.UNAUTHORISED


async def test_a_sender_that_is_not_ours_is_the_channels_trouble(emulate):
    async with using(twilio(emulate, sender="+15550000000")) as adapter:
        (outcome,) = await adapter.send([notice(1, ADDRESS)])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
