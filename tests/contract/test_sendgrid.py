from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestSendGrid(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="sendgrid",
            options={"api_key": "SG.s3cret.of-sendgrid", "from": "stoerung@muster.example"},
            secrets=("SG.s3cret.of-sendgrid",),
            address="erika@muster.example",
            accepted=Canned(202, b"", {"X-Message-Id": "14c5d75ce93"}),
            provider="sendgrid",
        )
