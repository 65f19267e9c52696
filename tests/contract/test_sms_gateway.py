from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

SEND = {
    "path": "/messages",
    "json": {"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{key}"},
    "id": "messages.0.id",
    "code": "error.code",
    "recipient": ["invalid_number", "opted_out"],
}
FIND = {"path": "/messages?to={to}", "items": "messages", "key": "reference", "id": "id"}
OPTIONS = {
    "api_key": "s3cret-of-the-gateway",
    "from": "Muster",
    "headers": {"Authorization": "Bearer {api_key}"},
    "send": SEND,
    "probe": "/balance",
}


class _Gateway(HttpAdapterContract, SandboxAdapterContract):
    options: ClassVar[Mapping[str, object]]

    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="sms-gateway",
            options=self.options,
            secrets=("s3cret-of-the-gateway",),
            address="+4915112345678",
            accepted=Canned(202, b'{"messages": [{"id": "G1"}]}'),
            provider="gateway",
            required=("api_key", "from", "send", "probe"),
        )


class TestAGatewayThatCanBeAsked(_Gateway):
    options: ClassVar[Mapping[str, object]] = {**OPTIONS, "find": FIND}


class TestAGatewayThatCannotBeAsked(_Gateway):
    options: ClassVar[Mapping[str, object]] = OPTIONS
