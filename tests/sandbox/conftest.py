from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp
import pytest

from broadcast.sandbox.server import Sandbox

ACCOUNT = "AC" + "5" * 32
BASIC = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, "token")}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """A plain HTTP client that knows none of our adapters."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox, self.session = sandbox, session

    async def request(self, method: str, url: str, *, within: float = 5, **options) -> Reply:
        limit = aiohttp.ClientTimeout(within)
        async with self.session.request(
            method, url, timeout=limit, allow_redirects=False, **options
        ) as response:
            return Reply(response.status, response.headers, await response.read())

    async def sms(self, to: str = "+491711234567", body: str = "[INC-1/1] Hallo", **options) -> Reply:
        url = f"{self.sandbox.base_url('twilio')}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        form = {"To": to, "From": "+4930231250", "Body": body}
        return await self.request("POST", url, data=form, headers=BASIC, **options)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox, session)
