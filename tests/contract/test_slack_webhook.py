from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

URL = "https://hooks.slack.com/services/T0/B0/s3cret-hook"


class TestSlackWebhook(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="slack-webhook",
            options={"webhook_url": URL},
            secrets=("s3cret-hook",),
            address=None,
            accepted=Canned(200, b"ok"),
            provider="slack",
        )
