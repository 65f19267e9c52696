"""Receipts and messages of a gateway that is described in the configuration."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Receives
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.inbound import Forged, InboundMessage, InboundRequest, Receipt, ReceiptState
from broadcast.testing.ledger_samples import NOON

SECRET = "s3cret-of-the-hook"
SEND = {"path": "/sms", "json": {"to": "{to}", "text": "{text}"}, "id": "id"}
PROOF = {"secret": SECRET, "signature": "X-Signature"}
RECEIPTS: dict[str, Any] = {
    **PROOF, "id": "id", "status": "status", "delivered": ["DELIVERED", 1], "failed": ["FAILED"],
}  # fmt: skip
MESSAGES: dict[str, Any] = {"id": "id", "sender": "from", "text": "text", "recipient": "to"}


def build(**options: object):
    given = {"send": SEND, "probe": "/balance", **options}
    settings = ChannelSettings(
        name="sms", adapter="sms-gateway", origin="here", base_url="https://g.example", options=given
    )
    built = registry.build(settings)
    assert isinstance(built, Receives)
    return built


def request(document: object, path: str = "", signature: str | None = None) -> InboundRequest:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    made = hmac.new(SECRET.encode(), body, hashlib.sha256)
    headers = {"x-signature": made.hexdigest() if signature is None else signature}
    url = f"https://notify.muster.example/hooks/sms{path}"
    return InboundRequest(method="POST", url=url, headers=headers, body=body, at=NOON)


def receipts(document: object, **more: object):
    return list(build(receipts={**RECEIPTS, **more}).receive(request(document)))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("DELIVERED", ReceiptState.DELIVERED),
        ("delivered", ReceiptState.DELIVERED),
        (1, ReceiptState.DELIVERED),
        ("FAILED", ReceiptState.FAILED),
    ],
)
def test_the_words_of_the_gateway_are_described(status, state):
    (receipt,) = receipts({"id": 77, "status": status})

    assert (receipt.ref, receipt.state, receipt.event) == ("77", state, str(status))


@pytest.mark.parametrize(
    "document", [{"id": "1", "status": "BUFFERED"}, {"status": "FAILED"}, {"id": "1"}, []]
)
def test_what_is_not_described_says_nothing(document):
    assert receipts(document) == []


def test_one_item_that_says_nothing_does_not_lose_the_others():
    listed = {"all": [None, {"id": "1"}, {"id": "2", "status": "FAILED", "err": 9, "ref": "k1"}, 7]}

    assert receipts(listed, items="all", code="err", key="ref") == [
        Receipt(
            ref="2", state=ReceiptState.FAILED, event="FAILED", key="k1", code="9",
            reason="the gateway could not deliver it",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_a_signature_may_be_in_hexadecimal_or_base64(prefix):
    body = b'{"id": "1", "status": "DELIVERED"}'
    made = hmac.new(SECRET.encode(), body, hashlib.sha256)
    spelled = (made.hexdigest(), made.hexdigest().upper(), b64encode(made.digest()).decode())

    for one in spelled:
        assert list(build(receipts=RECEIPTS).receive(request(body, signature=prefix + one)))


def test_a_form_may_have_full_stops_in_its_names():
    told = {**RECEIPTS, "id": "msg.id", "status": "msg.status"}
    (receipt,) = build(receipts=told).receive(request(b"msg.id=7&msg.status=FAILED"))

    assert isinstance(receipt, Receipt)
    assert receipt.ref == "7"


def test_a_message_has_the_number_as_we_write_it():
    told = {"id": "m1", "from": "4915112345678", "to": "12345", "text": "Stopp! \U0001f64f"}
    adapter = build(receipts=RECEIPTS, messages=MESSAGES, plus=False)

    assert adapter.receive(request(told, "/inbound")) == [
        InboundMessage(ref="m1", sender="+4915112345678", text="Stopp! \U0001f64f", recipient="12345")
    ]


@pytest.mark.parametrize("path", ["", "/inbound"])
def test_what_is_not_described_is_not_believed(path):
    with pytest.raises(Forged):
        build().receive(request({"id": "1", "status": "DELIVERED"}, path))


def without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"receipts": without(RECEIPTS, "secret")}, "receipts needs a secret"),
        ({"receipts": {**RECEIPTS, "secret": ""}}, "receipts needs a secret"),
        ({"receipts": without(RECEIPTS, "signature")}, "receipts needs a secret"),
        ({"receipts": {**RECEIPTS, "header": "X-Token"}}, "receipts needs a secret"),
        ({"messages": MESSAGES}, "messages needs a secret"),
        ({"receipts": without(RECEIPTS, "id")}, "receipts.id must be a place"),
        ({"receipts": {**RECEIPTS, "delivered": "DELIVERED"}}, "receipts.delivered must be a list"),
        ({"receipts": without(RECEIPTS, "failed")}, "receipts.failed must be a list"),
        ({"receipts": {**RECEIPTS, "state": "x"}}, "receipts.state is unknown"),
        ({"receipts": {**RECEIPTS, "code": 5}}, "receipts.code must be a place"),
        ({"messages": {**MESSAGES, **PROOF, "status": "x"}}, "messages.status is unknown"),
        ({"receipts": "yes"}, "receipts must be a table"),
    ],
)
def test_a_description_without_a_secret_or_with_a_mistake_is_refused(options, message):
    with pytest.raises(ConfigError, match=message) as raised:
        build(**options)

    assert raised.value.hint
