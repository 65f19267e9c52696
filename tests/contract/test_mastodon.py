from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestMastodon(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="mastodon",
            options={"access_token": "s3cret-token"},
            secrets=("s3cret-token",),
            address=None,
            accepted=Canned(200, b'{"id": "1"}'),
            provider="mastodon",
        )
