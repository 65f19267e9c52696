from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, InboundContract, ReceiptContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned
from tests.contract.twilio_signing import signed_by_the_sdk

OPTIONS = {"account_sid": "AC" + "5" * 32, "auth_token": "s3cret-of-twilio", "from": "+4930231250"}
FORM = {"content_type": "application/x-www-form-urlencoded"}
STATUS = b"CallSid=CA1&CallStatus=%s&To=%%2B493023125000&CallbackSource=call-progress-events&SequenceNumber=0"


class TestTwilioVoice(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="twilio-voice",
            options=OPTIONS,
            secrets=("s3cret-of-twilio",),
            address="+493023125000",
            accepted=Canned(201, b'{"sid": "CA1", "status": "queued"}'),
            provider="twilio",
        )


class TestTwilioVoiceReceives(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="twilio-voice",
            options=OPTIONS,
            other={**OPTIONS, "auth_token": "an0ther-of-twilio"},
            request=request("/hooks/call?ref=k7f3qz", STATUS % b"completed", **FORM),
            failed=request("/hooks/call?ref=k7f3qz", STATUS % b"no-answer", **FORM),
            sign=signed_by_the_sdk(OPTIONS["auth_token"]),
            proofs=("x-twilio-signature",),
            ref="CA1",
            signs_url=True,
        )


class TestTwilioVoiceReceivesKeys(InboundContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        body = b"CallSid=CA1&CallStatus=in-progress&Digits=1&To=%2B493023125000&FinishedOnKey="
        return InboundCase(
            adapter="twilio-voice",
            options=OPTIONS,
            other={**OPTIONS, "auth_token": "an0ther-of-twilio"},
            request=request("/hooks/call?ref=k7f3qz", body, **FORM),
            sign=signed_by_the_sdk(OPTIONS["auth_token"]),
            proofs=("x-twilio-signature",),
            signs_url=True,
        )
