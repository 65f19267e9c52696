from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
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
