from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.channels.sms.twilio import CODES
from broadcast.channels.vendors.twilio_account import SUPPRESSED
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.model.suppression import SuppressionReason
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, answering, serving

PERSON = "+4915112345678"
OPTIONS = {"account_sid": "AC" + "5" * 32, "auth_token": "s3cret", "from": "+4930231250"}


def build(base_url: str | None, **options: object) -> Adapter:
    given = {**OPTIONS, **options}
    return registry.build(
        ChannelSettings(name="sms", adapter="twilio-sms", origin="here", base_url=base_url, options=given)
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


async def send(sandbox: Sandbox, to: str = PERSON, **options: object) -> Outcome:
    async with using(build(sandbox.base_url("twilio"), **options)) as adapter:
        (outcome,) = await adapter.send([outgoing(to)])
    return outcome


async def found(messages: list[dict[str, object]], **more: object) -> Outcome:
    listed = json.dumps({"messages": messages, **more}).encode()
    async with serving(answering(Canned(200, listed))) as stub, using(build(stub.url())) as adapter:
        assert isinstance(adapter, Reconciles)
        (outcome,) = await adapter.find([Attempted(outgoing(PERSON), now())])
    assert "From=%2B4930231250" in stub.requests[0].decode()
    return outcome


def listed(age: float = 1, **fields: object) -> dict[str, object]:
    created = format_datetime(now() - timedelta(seconds=age))
    return {
        "sid": "SM1",
        "status": "sent",
        "body": outgoing(PERSON).message.text,
        "date_created": created,
        **fields,
    }


@pytest.mark.parametrize(
    ("to", "code", "scope"),
    [
        ("+15005550001", "21211", Scope.RECIPIENT),
        ("+15005550002", "21612", Scope.RECIPIENT),
        ("+15005550003", "21408", Scope.CHANNEL),
        ("+15005550004", "21610", Scope.RECIPIENT),
        ("+15005550009", "21614", Scope.RECIPIENT),
    ],
)
async def test_the_magic_numbers_are_refused_as_twilio_says(sandbox, to, code, scope):
    outcome = await send(sandbox, to)

    assert outcome == Rejected(CODES[code][1], scope, code, SUPPRESSED.get(code))


async def test_a_full_queue_means_later(sandbox):
    outcome = await send(sandbox, **{"from": "+15005550008"})

    assert isinstance(outcome, NotSent)
    assert outcome.retry_after


async def test_an_outage_is_not_announced_ten_hours_late(sandbox):
    tomorrow = replace(outgoing(PERSON), expires_at=now() + timedelta(days=1))
    for validity in ({}, {"validity": 900}):
        async with using(build(sandbox.base_url("twilio"), **validity)) as adapter:
            await adapter.send([tomorrow])

    assert [one.extra["ValidityPeriod"] for one in sandbox.received] == ["3600", "900"]


async def test_the_end_of_an_incident_may_arrive_as_late_as_twilio_can(sandbox):
    await send(sandbox)
    await send(sandbox, validity=900)

    assert [one.extra["ValidityPeriod"] for one in sandbox.received] == ["36000", "900"]


async def test_twilio_is_not_asked_to_deliver_a_text_that_has_expired_by_then(sandbox):
    async with using(build(sandbox.base_url("twilio"))) as adapter:
        for left in (timedelta(seconds=600), timedelta(days=1), timedelta(seconds=-5)):
            await adapter.send([replace(outgoing(PERSON), expires_at=now() + left)])

    asked = [int(one.extra["ValidityPeriod"]) for one in sandbox.received]
    assert 590 <= asked[0] <= 600
    assert asked[1:] == [3600, 1]


async def test_a_status_callback_names_the_delivery():
    callback = {"status_callback": "https://muster.example/sms?from=twilio"}
    accepted = answering(Canned(201, b'{"sid": "SM1"}'))
    async with serving(accepted) as stub, using(build(stub.url(), **callback)) as adapter:
        await adapter.send([outgoing(PERSON)])

    form = parse_qs(stub.requests[0].decode().partition("\r\n\r\n")[2])
    assert form["StatusCallback"] == [f"https://muster.example/sms?from=twilio&ref={outgoing(PERSON).key}"]


async def test_a_messaging_service_may_stand_in_for_the_sender(sandbox):
    options = {key: value for key, value in OPTIONS.items() if key != "from"}
    settings = ChannelSettings(
        name="sms", adapter="twilio-sms", origin="here", base_url=sandbox.base_url("twilio"),
        options={**options, "messaging_service_sid": "MG" + "1" * 32},
    )  # fmt: skip

    async with using(registry.build(settings)) as adapter:
        (outcome,) = await adapter.send([outgoing(PERSON)])

    assert isinstance(outcome, Accepted)
    assert sandbox.received[0].sender.startswith("MG")


async def test_the_environment_does_not_move_the_host(sandbox, monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "frankfurt")
    monkeypatch.setenv("TWILIO_REGION", "ie1")

    assert isinstance(await send(sandbox), Accepted)


async def test_a_message_that_failed_since_is_no_success():
    outcome = await found([listed(status="undelivered", error_code=30005)])

    assert outcome == Rejected(CODES["30005"][1], Scope.RECIPIENT, "30005", SuppressionReason.BOUNCED)


async def test_the_same_text_from_long_ago_is_another_message():
    """Another ledger's, which was lost and counted the same way."""
    assert isinstance(await found([listed(age=3 * 86400)]), NotSent)


async def test_the_same_text_from_shortly_before_may_be_ours():
    """By the provider's clock it is older than the attempt; but ours may have been set in between."""
    assert isinstance(await found([listed(age=3600)]), Unknown)


async def test_a_list_without_end_proves_nothing():
    others = [listed(body=f"other [INC-6/{n}]") for n in range(100)]

    assert isinstance(await found(others, next_page_uri="/more"), Unknown)
    assert isinstance(await found([*others[:99], listed(age=3 * 86400)], next_page_uri="/more"), NotSent)


async def test_a_suspended_account_is_not_healthy():
    account = answering(Canned(200, b'{"status": "suspended"}'))
    async with serving(account) as stub, using(build(stub.url())) as adapter:
        probe = await adapter.probe()

    assert (probe.health, probe.detail) == (Health.DEGRADED, "the Twilio account is suspended")


@pytest.mark.parametrize("validity", [0, 36_001, "1h", True])
def test_a_validity_twilio_would_refuse_is_refused_at_once(validity):
    with pytest.raises(ConfigError, match="validity") as raised:
        build(None, validity=validity)

    assert raised.value.hint
