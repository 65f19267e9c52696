from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

URL = "https://prod-1.logic.azure.com/workflows/w1/triggers/manual/paths/invoke?api-version=1&sig=s3cret-signature"


class TestTeams(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="teams",
            options={"webhook_url": URL},
            secrets=("s3cret-signature",),
            address=None,
            accepted=Canned(202, b""),
            provider="teams",
        )
