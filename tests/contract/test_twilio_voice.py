from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestTwilioVoice(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="twilio-voice",
            options={"account_sid": "AC" + "5" * 32, "auth_token": "s3cret-of-twilio", "from": "+4930231250"},
            secrets=("s3cret-of-twilio",),
            address="+493023125000",
            accepted=Canned(201, b'{"sid": "CA1", "status": "queued"}'),
            provider="twilio",
        )
