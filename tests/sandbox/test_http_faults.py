from __future__ import annotations

import json

import aiohttp
import pytest

from broadcast.sandbox.faults import parse_fault

LOST = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


@pytest.mark.parametrize(
    ("spelled", "status"),
    [("status=503", 503), ("status=420", 420), ("ratelimit", 429), ("auth", 401), ("redirect", 302)],
)
async def test_a_refused_message_is_not_received(sandbox, client, spelled, status):
    sandbox.fault(parse_fault(f"twilio:{spelled}"))

    reply = await client.sms()

    assert reply.status == status
    assert not sandbox.received
    assert sandbox.requests[0].status == status


@pytest.mark.parametrize(("spelled", "received"), [("refuse", 0), ("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_looks_the_same_whether_the_message_was_received_or_not(
    sandbox, client, spelled, received
):
    sandbox.fault(parse_fault(f"twilio:{spelled}"))

    with pytest.raises(LOST):
        await client.sms()

    assert len(sandbox.received) == received
    assert sandbox.requests[0].status is None
    assert sandbox.requests[0].fault == spelled


@pytest.mark.parametrize(("spelled", "received"), [("hang", 0), ("hang_after", 1)])
async def test_a_hanging_provider_never_answers(sandbox, client, spelled, received):
    sandbox.fault(parse_fault(f"twilio:{spelled}"))

    with pytest.raises(TimeoutError):
        await client.sms(within=0.1)

    assert len(sandbox.received) == received


async def test_a_late_message_is_received_although_the_client_has_gone(sandbox, client):
    sandbox.fault(parse_fault("twilio:late=0.2"))

    with pytest.raises(TimeoutError):
        await client.sms(within=0.05)
    early = len(sandbox.received)
    late = await sandbox.until_received(1)

    assert early == 0
    assert late[0].text == "[INC-1/1] Hallo"


async def test_what_was_asked_before_the_memory_was_cleared_does_not_arrive_late(sandbox, client):
    sandbox.fault(parse_fault("twilio:late=0.2"))
    with pytest.raises(TimeoutError):
        await client.sms(within=0.05)

    await client.request("DELETE", f"{sandbox.url}/_sandbox/received")
    sandbox.clear_faults()
    sandbox.fault(parse_fault("twilio:late=0.3"))
    await client.sms(body="[INC-2/1] Hallo")

    assert [one.text for one in sandbox.received] == ["[INC-2/1] Hallo"]


async def test_a_dripping_answer_outlasts_the_client(sandbox, client):
    sandbox.fault(parse_fault("twilio:drip=0.01"))

    with pytest.raises(TimeoutError):
        await client.sms(within=0.3)

    assert len(sandbox.received) == 1


async def test_a_garbled_answer_is_a_success_that_cannot_be_read(sandbox, client):
    sandbox.fault(parse_fault("twilio:garbage"))

    reply = await client.sms()

    assert reply.status == 201
    with pytest.raises(ValueError, match=r"codec|Expecting"):
        json.loads(reply.body)
    assert len(sandbox.received) == 1


async def test_an_answer_without_id_keeps_everything_else(sandbox, client):
    sandbox.fault(parse_fault("twilio:no_id"))

    message = json.loads((await client.sms()).body)

    assert "sid" not in message
    assert message["to"] == "+491711234567"


async def test_a_truncated_answer_breaks_off(sandbox, client):
    sandbox.fault(parse_fault("twilio:truncated"))

    with pytest.raises(aiohttp.ClientPayloadError):
        await client.sms()

    assert len(sandbox.received) == 1


async def test_a_huge_answer_is_streamed_without_holding_it(sandbox, client):
    sandbox.fault(parse_fault("twilio:huge"))
    url = sandbox.base_url("twilio") + "/2010-04-01/Accounts/AC1/Messages.json"
    headers = {"Authorization": aiohttp.encode_basic_auth("AC1", "token")}
    form = {"To": "+491711234567", "From": "+4930231250", "Body": "Hallo"}

    async with client.session.post(url, data=form, headers=headers) as response:
        announced = response.content_length
        first = await response.content.read(1024)

    assert response.status == 201
    assert announced == 512 * 1024 * 1024
    assert first


async def test_an_error_after_acceptance_is_received_all_the_same(sandbox, client):
    sandbox.fault(parse_fault("twilio:status_after=500"))

    reply = await client.sms()

    assert (reply.status, len(sandbox.received)) == (500, 1)


async def test_a_proxy_answers_with_its_own_page(sandbox, client):
    sandbox.fault(parse_fault("twilio:status=502,html"))

    reply = await client.sms()

    assert reply.headers["Content-Type"] == "text/html"
    assert b"<h1>502</h1>" in reply.body


async def test_a_rate_limit_says_when_to_come_back(sandbox, client):
    sandbox.fault(parse_fault("twilio:ratelimit=7"))

    reply = await client.sms()

    assert reply.headers["Retry-After"] == "7"
    assert json.loads(reply.body)["code"] == 20429


async def test_a_followed_redirect_is_on_record(sandbox, client):
    sandbox.fault(parse_fault("twilio:redirect"))

    location = (await client.sms()).headers["Location"]
    await client.request("GET", sandbox.url + location)

    assert [r.provider for r in sandbox.requests] == ["twilio", "redirected"]


async def test_every_third_message_is_struck_and_twice_is_enough(sandbox, client):
    sandbox.fault(parse_fault("twilio:status=503,every=3,times=2"))

    statuses = [(await client.sms(f"+49171123456{i}")).status for i in range(10)]

    assert statuses == [201, 201, 503, 201, 201, 503, 201, 201, 201, 201]


async def test_a_fault_of_another_provider_strikes_nothing_here(sandbox, client):
    sandbox.fault(parse_fault("sendgrid:down"))

    assert (await client.sms()).status == 201


async def test_look_ups_work_during_a_fault_unless_it_is_down(sandbox, client):
    url = sandbox.base_url("twilio") + "/2010-04-01/Accounts/AC1/Messages.json"
    headers = {"Authorization": aiohttp.encode_basic_auth("AC1", "token")}

    sandbox.fault(parse_fault("twilio:status=503"))
    during = await client.request("GET", url, headers=headers)
    sandbox.clear_faults()
    sandbox.fault(parse_fault("twilio:down"))
    down = await client.request("GET", url, headers=headers)

    assert (during.status, down.status) == (200, 503)
