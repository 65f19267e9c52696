from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned


class TestSlack(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="slack",
            options={"token": "xoxb-s3cret-of-the-app", "channel": "C0123ABCD"},
            secrets=("xoxb-s3cret-of-the-app",),
            address=None,
            accepted=Canned(200, b'{"ok": true, "channel": "C0123ABCD", "ts": "1503435956.000247"}'),
            provider="slack",
            asks="POST",
        )
