from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


class TestX(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="x",
            options={**{key: f"s3cret-{key}" for key in KEYS}, "access_token": "4711-s3cretAccess"},
            secrets=(*(f"s3cret-{key}" for key in KEYS if key != "access_token"), "4711-s3cretAccess"),
            address=None,
            accepted=Canned(201, b'{"data": {"id": "1", "text": "t"}}'),
            provider="x",
        )
