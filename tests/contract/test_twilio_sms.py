from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.inbound_contract import InboundCase, InboundContract, ReceiptContract, request
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned
from tests.contract.twilio_signing import signed_by_the_sdk

OPTIONS = {"account_sid": "AC" + "5" * 32, "auth_token": "s3cret-of-twilio", "from": "+4930231250"}
SHARED = {**OPTIONS, "shared_key": "s3cret-that-is-shared"}
FORM = {"content_type": "application/x-www-form-urlencoded"}
STATUS = b"MessageSid=SM1&MessageStatus=%s&To=%%2B4915112345678&From=%%2B4930231250&ErrorCode=%s"
DELIVERED = request("/hooks/sms?ref=k7f3qz", STATUS % (b"delivered", b""), **FORM)
FAILED = request("/hooks/sms?ref=k7f3qz", STATUS % (b"undelivered", b"30005"), **FORM)


class TestTwilioSms(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="twilio-sms",
            options=OPTIONS,
            secrets=("s3cret-of-twilio",),
            address="+4915112345678",
            accepted=Canned(201, b'{"sid": "SM1", "status": "queued"}'),
            provider="twilio",
        )


class TestTwilioSmsReceives(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="twilio-sms",
            options=OPTIONS,
            other={**OPTIONS, "auth_token": "an0ther-of-twilio"},
            request=DELIVERED,
            failed=FAILED,
            sign=signed_by_the_sdk(OPTIONS["auth_token"]),
            proofs=("x-twilio-signature",),
            ref="SM1",
            signs_url=True,
        )


class TestTwilioSmsReceivesWithSharedKey(ReceiptContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        return InboundCase(
            adapter="twilio-sms",
            options=SHARED,
            other={**SHARED, "shared_key": "an0ther"},
            request=DELIVERED,
            failed=FAILED,
            sign=signed_by_the_sdk(SHARED["shared_key"], "HMAC_SHA256"),
            proofs=("x-twilio-signature",),
            ref="SM1",
            signs_url=True,
        )


class TestTwilioSmsReceivesMessages(InboundContract):
    @pytest.fixture
    def case(self) -> InboundCase:
        body = b"MessageSid=SM2&From=%2B4915112345678&To=%2B4930231250&Body=Ja%2C+bin+dran+%F0%9F%99%8F"
        return InboundCase(
            adapter="twilio-sms",
            options=OPTIONS,
            other={**OPTIONS, "auth_token": "an0ther-of-twilio"},
            request=request("/hooks/sms/inbound", body, **FORM),
            sign=signed_by_the_sdk(OPTIONS["auth_token"]),
            proofs=("x-twilio-signature",),
            signs_url=True,
        )
