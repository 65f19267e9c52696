from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from broadcast.testing.adapter_contract import Case
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned, answering, serving

TOKEN = Canned(200, b'{"token_type": "Bearer", "expires_in": 3599, "access_token": "s3cret-bearer"}')


class TestOutlook(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    async def case(self) -> AsyncIterator[Case]:
        async with serving(answering(TOKEN)) as entra:
            yield Case(
                adapter="outlook",
                options={
                    "tenant": "muster.example",
                    "client_id": "6d1c1f0e-0000-4000-8000-000000000001",
                    "client_secret": "s3cret-of-the-app",
                    "from": "stoerung@muster.example",
                    "token_url": entra.url("/token"),
                },
                secrets=("s3cret-of-the-app", "s3cret-bearer"),
                address="erika@muster.example",
                accepted=Canned(202, b'{"id": "AAMkAGI2"}'),
                provider="outlook",
                required=("tenant", "client_id", "client_secret", "from"),
                requests=2,
            )
