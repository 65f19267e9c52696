from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestStatuspage(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="statuspage",
            options={"api_key": "s3cret-of-the-page", "page_id": "p1"},
            secrets=("s3cret-of-the-page",),
            address=None,
            accepted=Canned(201, b'{"id": "i1", "incident_updates": [{"id": "u1"}]}'),
            provider="statuspage",
        )
