from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from broadcast.model.inbound import InboundRequest
from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, InboundContract, ReceiptContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

SEND = {
    "path": "/messages",
    "json": {"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{key}"},
    "id": "messages.0.id",
    "code": "error.code",
    "recipient": ["invalid_number", "opted_out"],
}
FIND = {"path": "/messages?to={to}", "items": "messages", "key": "reference", "id": "id"}
STATUS = {"path": "/messages/{id}", "status": "status", "delivered": ["delivered"], "failed": ["failed", 7]}
OPTIONS = {
    "api_key": "s3cret-of-the-gateway",
    "from": "Muster",
    "headers": {"Authorization": "Bearer {api_key}"},
    "send": SEND,
    "probe": "/balance",
}


class _Gateway(HttpAdapterContract, SandboxAdapterContract):
    options: ClassVar[Mapping[str, object]]

    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="sms-gateway",
            options=self.options,
            secrets=("s3cret-of-the-gateway",),
            address="+4915112345678",
            accepted=Canned(202, b'{"messages": [{"id": "G1"}]}'),
            provider="gateway",
            required=("api_key", "from", "send", "probe"),
        )


class TestAGatewayThatCanBeAsked(_Gateway):
    options: ClassVar[Mapping[str, object]] = {**OPTIONS, "find": FIND}


class TestAGatewayThatCanBeAskedForTheStateOfAMessage(_Gateway):
    options: ClassVar[Mapping[str, object]] = {**OPTIONS, "status": STATUS}


class TestAGatewayThatCannotBeAsked(_Gateway):
    options: ClassVar[Mapping[str, object]] = OPTIONS


SECRET, OTHER = "s3cret-of-the-hook", "an0ther"
RECEIPTS: dict[str, Any] = {
    "id": "data.id",
    "status": "data.status",
    "code": "data.error",
    "delivered": ["DELIVRD"],
    "failed": ["UNDELIV", "EXPIRED"],
}


def hooked(secret: str, **tables: Mapping[str, object]) -> dict[str, object]:
    return {**OPTIONS, **{name: {**table, "secret": secret} for name, table in tables.items()}}


def sign(given: InboundRequest) -> InboundRequest:
    made = hmac.new(SECRET.encode(), given.body, hashlib.sha256).hexdigest()
    return replace(given, headers={**given.headers, "x-signature": f"sha256={made}"})


def status(word: str) -> InboundRequest:
    body = json.dumps({"data": {"id": "G1", "status": word, "error": 5}}).encode()
    return request("/hooks/sms", body, content_type="application/json; charset=utf-8")


class TestAGatewayThatSigns(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        table = {**RECEIPTS, "signature": "X-Signature"}
        return InboundCase(
            adapter="sms-gateway",
            options=hooked(SECRET, receipts=table),
            other=hooked(OTHER, receipts=table),
            request=status("DELIVRD"),
            failed=status("undeliv"),
            sign=sign,
            proofs=("x-signature",),
            ref="G1",
            base_url="https://gateway.example",
        )


class TestAGatewayWithASecretHeader(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        table = {**RECEIPTS, "id": "id", "status": "status", "header": "X-Hook-Token"}
        form = {"content_type": "application/x-www-form-urlencoded"}
        return InboundCase(
            adapter="sms-gateway",
            options=hooked(SECRET, receipts=table),
            other=hooked(OTHER, receipts=table),
            request=request("/hooks/sms", b"id=G1&status=DELIVRD", **form),
            failed=request("/hooks/sms", b"id=G1&status=EXPIRED", **form),
            sign=lambda given: replace(given, headers={**given.headers, "x-hook-token": SECRET}),
            proofs=("x-hook-token",),
            ref="G1",
            signs_body=False,
            base_url="https://gateway.example",
        )


class TestMessagesOfAGateway(InboundContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        table = {"id": "id", "sender": "from", "text": "text", "items": "all", "signature": "X-Signature"}
        body = json.dumps({"all": [{"id": "M1", "from": "+4915112345678", "text": "Ja, bin dran"}]})
        return InboundCase(
            adapter="sms-gateway",
            options=hooked(SECRET, messages=table),
            other=hooked(OTHER, messages=table),
            request=request("/hooks/sms/inbound", body.encode(), content_type="application/json"),
            sign=sign,
            proofs=("x-signature",),
            base_url="https://gateway.example",
        )
