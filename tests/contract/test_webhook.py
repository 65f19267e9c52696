from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from broadcast.channels.chat.document import signed
from broadcast.model.inbound import InboundRequest
from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, InboundContract, ReceiptContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

OPTIONS: dict[str, Any] = {
    "webhook_url": "https://receiver.muster.example/in/s3cret-path",
    "secret": "s3cret-for-signing",
    "allow_private": ["127.0.0.0/8", "::1"],
}


def document(**fields: str) -> InboundRequest:
    return request("/hooks/desk", json.dumps({"schema": "broadcast.receipt/1", **fields}).encode())


def sign(given: InboundRequest) -> InboundRequest:
    made = signed(given.body, OPTIONS["secret"], given.at)
    return replace(given, headers={**given.headers, **{name.lower(): one for name, one in made.items()}})


class TestWebhook(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="webhook",
            options=OPTIONS,
            secrets=("s3cret-path", "s3cret-for-signing"),
            address=None,
            accepted=Canned(201, b'{"id": "n1"}'),
            provider="webhook",
            required=("webhook_url", "secret"),
        )


class TestWebhookReceives(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="webhook",
            options=OPTIONS,
            other={**OPTIONS, "secret": "an0ther"},
            request=document(id="r1", ref="n1", state="delivered", at="2026-05-04T14:00:01+02:00"),
            failed=document(id="r2", ref="n1", state="failed", reason="the screen is off", code="7"),
            sign=sign,
            proofs=("broadcast-signature", "broadcast-timestamp"),
            ref="n1",
            recent=timedelta(minutes=5),
        )


class TestWebhookReceivesConfirmations(InboundContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="webhook",
            options=OPTIONS,
            other={**OPTIONS, "secret": "an0ther"},
            request=document(ref="n1", pressed="1", by="Anna"),
            sign=sign,
            proofs=("broadcast-signature", "broadcast-timestamp"),
            recent=timedelta(minutes=5),
        )
