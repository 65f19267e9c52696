from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broadcast.model.inbound import InboundRequest
from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, ReceiptContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

KEY_PAIR, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
OPTIONS = {"api_key": "SG.s3cret.of-sendgrid", "from": "stoerung@muster.example"}


def verification_key(pair: ec.EllipticCurvePrivateKey) -> str:
    public = pair.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(public).decode()


def event(kind: str, identity: str, **more: str) -> bytes:
    fields = {
        "email": "erika@kunde.example", "timestamp": 1777896000, "event": kind, "key": "k7f3qz1",
        "sg_event_id": identity, "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
    }  # fmt: skip
    return json.dumps([{**fields, **more}]).encode() + b"\r\n"


def signed(given: InboundRequest) -> InboundRequest:
    made = KEY_PAIR.sign(b"1777896001" + given.body, ec.ECDSA(hashes.SHA256()))
    headers = {
        "x-twilio-email-event-webhook-timestamp": "1777896001",
        "x-twilio-email-event-webhook-signature": b64encode(made).decode(),
    }
    return replace(given, headers={**given.headers, **headers})


class TestSendGrid(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="sendgrid",
            options=OPTIONS,
            secrets=("SG.s3cret.of-sendgrid",),
            address="erika@muster.example",
            accepted=Canned(202, b"", {"X-Message-Id": "14c5d75ce93"}),
            provider="sendgrid",
        )


class TestSendGridReceives(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="sendgrid",
            options={**OPTIONS, "verification_key": verification_key(KEY_PAIR)},
            other={**OPTIONS, "verification_key": verification_key(OTHER)},
            request=request("/hooks/mail", event("delivered", "E1")),
            failed=request("/hooks/mail", event("bounce", "E2", type="bounce", status="5.1.1")),
            sign=signed,
            proofs=("x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"),
            ref="<k7f3qz1@muster.example>",
        )
