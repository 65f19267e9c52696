from __future__ import annotations

import hmac
import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.model.inbound import InboundRequest
from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, InboundContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestZendesk(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="zendesk",
            options={"subdomain": "muster", "email": "agent@muster.example", "token": "s3cret-of-the-desk"},
            secrets=("s3cret-of-the-desk",),
            address=None,
            accepted=Canned(201, b'{"ticket": {"id": 35436}}'),
            provider="zendesk",
        )


OPTIONS = {"subdomain": "muster", "email": "agent@muster.example", "token": "s3cret-of-the-desk"}
SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # Zendesk's own, for its test button
COMMENT = {"ticket": "35436", "at": "2026-05-04 12:00", "author": "erika@kunde.example", "text": "Und jetzt?"}


def sign(given: InboundRequest) -> InboundRequest:
    timestamp = given.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    made = hmac.digest(SECRET.encode(), timestamp.encode() + given.body, "sha256")
    headers = {
        "x-zendesk-webhook-signature-timestamp": timestamp,
        "x-zendesk-webhook-signature": b64encode(made).decode(),
    }
    return replace(given, headers={**given.headers, **headers})


class TestZendeskReceives(InboundContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="zendesk",
            options={**OPTIONS, "signing_secret": SECRET},
            other={**OPTIONS, "signing_secret": "an0ther"},
            request=request("/hooks/desk", json.dumps(COMMENT).encode()),
            sign=sign,
            proofs=("x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"),
            recent=timedelta(minutes=5),
        )
