from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.sandbox_contract import SandboxAdapterContract


class TestSmtp(SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="smtp",
            options={
                "host": "127.0.0.1",
                "tls": "none",
                "username": "relay",
                "password": "s3cret-of-the-relay",
                "from": "stoerung@muster.example",
            },
            secrets=("s3cret-of-the-relay",),
            address="erika@muster.example",
            provider="smtp",
            required=("host", "password", "from"),
        )
