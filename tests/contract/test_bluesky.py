from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned

LOGIN = Canned(200, b'{"did": "did:plc:abc", "accessJwt": "s3cret-jwt"}')


class TestBluesky(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="bluesky",
            options={"identifier": "muster.example", "password": "s3cret-app-password"},
            secrets=("s3cret-app-password", "s3cret-jwt"),
            address=None,
            accepted=Canned(200, b'{"uri": "at://did:plc:abc/app.bsky.feed.post/1", "cid": "bafy"}'),
            provider="bluesky",
            logins={"/xrpc/com.atproto.server.createSession": LOGIN},
        )
