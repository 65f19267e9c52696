"""What providers say when they are asked about a message has the meaning that their own news has."""

from __future__ import annotations

import json

import pytest

from broadcast.channels.base import Polled
from broadcast.channels.email.non_delivery import returned
from broadcast.channels.transport import Reply
from broadcast.errors import ConfigError
from broadcast.model.inbound import AwaitedReceipt, Receipt, ReceiptState
from broadcast.model.outcome import Accepted
from broadcast.model.suppression import SuppressionReason
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import Case, using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.sandbox_contract import in_sandbox
from broadcast.testing.stub import Canned, answering, serving

_ACCOUNT = {"account_sid": "AC" + "5" * 32, "auth_token": "s3cret", "from": "+4930231250"}
SMS = Case(adapter="twilio-sms", options=_ACCOUNT, secrets=("s3cret",), address="+4915112345678")
CALL = Case(adapter="twilio-voice", options=_ACCOUNT, secrets=("s3cret",), address="+4915112345678")

GATEWAY = Case(
    adapter="sms-gateway",
    options={
        "send": {"path": "/messages", "json": {"to": "{to}", "text": "{text}"}, "id": "id"},
        "probe": "/balance",
        "status": {
            "path": "/messages/{id}/state",
            "status": "message.state",
            "code": "message.code",
            "delivered": ["DELIVRD"],
            "failed": ["UNDELIV", 9],
        },
    },
    secrets=(),
    address="+4915112345678",
)
MAILBOX = {
    "tenant": "muster.example",
    "client_id": "11111111-2222-3333-4444-555555555555",
    "client_secret": "s3cret",
    "from": "stoerung@muster.example",
}
TOKEN = Canned(200, b'{"token_type": "Bearer", "expires_in": 3599, "access_token": "s3cret-bearer"}')


async def news(case: Case, document: object, ref: str) -> list[Receipt]:
    said = answering(Canned(200, json.dumps(document).encode()))
    async with serving(said) as stub, using(case.build(stub.url())) as adapter:
        assert isinstance(adapter, Polled)
        return list(await adapter.poll([AwaitedReceipt(ref, now())]))


@pytest.mark.parametrize(
    ("case", "status", "more", "state"),
    [
        (SMS, "queued", {}, None),
        (SMS, "sent", {}, ReceiptState.ACCEPTED),
        (SMS, "delivered", {}, ReceiptState.DELIVERED),
        (SMS, "undelivered", {"error_code": 30005}, ReceiptState.FAILED),
        (CALL, "in-progress", {}, None),
        (CALL, "completed", {"answered_by": "human"}, ReceiptState.DELIVERED),
        (CALL, "completed", {"answered_by": "fax"}, ReceiptState.FAILED),
        (CALL, "busy", {}, ReceiptState.FAILED),
    ],
)
async def test_twilio_says_the_same_when_it_is_asked(case, status, more, state):
    found = await news(case, {"sid": "X1", "status": status, **more}, "X1")

    assert [one.state for one in found] == ([] if state is None else [state])
    # The same event as a status callback has, so that both count once.
    assert [one.event for one in found] == ([] if state is None else [status])
    if more == {"error_code": 30005}:
        assert (found[0].code, found[0].suppress) == ("30005", SuppressionReason.BOUNCED)


async def test_an_answer_about_another_message_is_no_news():
    assert await news(SMS, {"sid": "X2", "status": "delivered"}, "X1") == []


def report(code: str, *headers: tuple[str, str]) -> dict[str, object]:
    named = [{"name": name, "value": value} for name, value in headers]
    return {"id": "R1", "bodyPreview": f"Zustellung nicht möglich: {code}", "internetMessageHeaders": named}


@pytest.mark.parametrize(
    ("one", "code", "suppress"),
    [
        (report("550 5.1.10 X", ("In-Reply-To", "<ours@x>")), "5.1.10", SuppressionReason.BOUNCED),
        (report("550-5.1.1 X", ("References", "<root@x> <ours@x>")), "5.1.1", SuppressionReason.BOUNCED),
        (report("552 5.2.2 X", ("in-reply-to", " <ours@x> ")), "5.2.2", None),
        (report("5.1.1.7 550", ("In-Reply-To", "<ours@x>")), None, None),
    ],
)
def test_a_report_of_non_delivery_is_known_by_its_headers_and_its_code(one, code, suppress):
    answer = Reply(200, {}, json.dumps({"value": [one, report("550 5.1.1")]}).encode())

    (found,) = returned(answer, {"<ours@x>"})

    assert (found.ref, found.state, found.code, found.suppress) == (
        "<ours@x>",
        ReceiptState.FAILED,
        code,
        suppress,
    )


async def test_a_mail_that_came_back_is_found_in_the_mailbox():
    address = "returned@kunde.example"
    async with Sandbox() as sandbox, serving(answering(TOKEN)) as entra:
        options = {**MAILBOX, "token_url": entra.url("/token")}
        case = Case(
            adapter="outlook", options=options, secrets=("s3cret",), address=address, provider="outlook"
        )
        async with using(in_sandbox(case, sandbox)) as adapter:
            outcomes = await adapter.send([outgoing(address)])
            (ref,) = [one.ref for one in outcomes if isinstance(one, Accepted)]
            assert isinstance(adapter, Polled)

            (found,) = await adapter.poll([AwaitedReceipt(ref, now())])

    assert (found.ref, found.code, found.state) == (ref, "5.1.10", ReceiptState.FAILED)


@pytest.mark.parametrize(
    ("message", "state", "code"),
    [
        ({"state": "ENROUTE"}, None, None),
        ({"state": "delivrd"}, ReceiptState.DELIVERED, None),
        ({"state": "UNDELIV", "code": 27}, ReceiptState.FAILED, "27"),
        ({"state": 9}, ReceiptState.FAILED, "9"),
    ],
)
async def test_a_gateway_is_asked_as_it_is_described(message, state, code):
    found = await news(GATEWAY, {"message": message}, "G/1")

    assert [(one.ref, one.state, one.code) for one in found] == (
        [] if state is None else [("G/1", state, code)]
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"path": "/messages"}, "names no message"),
        ({"path": "/messages/{id}/{text}"}, "is no place|cannot hold"),
        ({"path": "/messages/{id}", "status": "s", "delivered": ["D"]}, "status.failed must be a list"),
        ({"path": "/messages/{id}", "state": "s"}, "is unknown"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused(status, said):
    with pytest.raises(ConfigError, match=said):
        GATEWAY.build("http://localhost", status=status)
