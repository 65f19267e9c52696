from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestWebhook(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="webhook",
            options={
                "webhook_url": "https://receiver.muster.example/in/s3cret-path",
                "secret": "s3cret-for-signing",
                "allow_private": ["127.0.0.0/8", "::1"],
            },
            secrets=("s3cret-path", "s3cret-for-signing"),
            address=None,
            accepted=Canned(201, b'{"id": "n1"}'),
            provider="webhook",
            required=("webhook_url", "secret"),
        )
