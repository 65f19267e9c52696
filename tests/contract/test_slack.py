from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote_plus

import pytest

from broadcast.model.inbound import InboundRequest
from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, InboundContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestSlack(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="slack",
            options={"token": "xoxb-s3cret-of-the-app", "channel": "C0123ABCD"},
            secrets=("xoxb-s3cret-of-the-app",),
            address=None,
            accepted=Canned(200, b'{"ok": true, "channel": "C0123ABCD", "ts": "1503435956.000247"}'),
            provider="slack",
            asks="POST",
        )


OPTIONS = {"token": "xoxb-s3cret-of-the-app", "channel": "C0123ABCD"}
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PRESSED = {
    "type": "block_actions",
    "user": {"id": "U2CERLKJA"},
    "container": {"type": "message", "message_ts": "1503435956.000247", "channel_id": "C0123ABCD"},
    "actions": [{"action_id": "broadcast_answer_1", "block_id": "broadcast:k7f3qz1", "value": "1"}],
}


def sign(given: InboundRequest) -> InboundRequest:
    timestamp = str(int(given.at.timestamp()))
    made = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + given.body, hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={made}"}
    return replace(given, headers={**given.headers, **headers})


class TestSlackReceives(InboundContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="slack",
            options={**OPTIONS, "signing_secret": SECRET},
            other={**OPTIONS, "signing_secret": "an0ther"},
            request=request("/hooks/room", f"payload={quote_plus(json.dumps(PRESSED))}".encode()),
            sign=sign,
            proofs=("x-slack-signature", "x-slack-request-timestamp"),
            recent=timedelta(minutes=5),
        )
