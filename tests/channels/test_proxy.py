"""Kind: a request fails on the way out, and the provider is blamed for what the proxy did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest

from broadcast.channels.proxy import read_proxy
from broadcast.channels.transport import NoReply, Transport
from broadcast.testing.stub import Canned, answering, serving

# What the environment says of a host is kept, so that each test asks another one.
HOSTS = (f"api{number}.provider.example" for number in count())
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    transport = Transport(timeout=2)
    yield transport
    await transport.close()


async def reason(transport: Transport, host: str) -> str:
    """Why a request to `host` came to nothing; nothing of it may have left."""
    answer = await transport.exchange("POST", f"https://{host}/send", headers={}, body=b"secret")
    assert isinstance(answer, NoReply)
    assert not answer.left
    return answer.reason


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_every_spelling_leads_to_the_proxy(monkeypatch, transport, variable, scheme):
    async with serving(answering(Canned(502))) as proxy:
        monkeypatch.setenv(variable, f"{scheme}localhost:{proxy.port}")

        assert (
            await reason(transport, next(HOSTS))
            == f"the proxy localhost:{proxy.port} refused the connection (502)"
        )
    assert [request.split(b" ")[0] for request in proxy.requests] == [b"CONNECT"]


async def test_a_proxy_that_wants_a_password_is_named_with_the_fix(monkeypatch, transport):
    async with serving(answering(Canned(407))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:geheim@localhost:{proxy.port}")

        said = await reason(transport, next(HOSTS))

    assert f"the proxy localhost:{proxy.port} wants a user name and password (407)" in said
    assert "HTTPS_PROXY=http://user:password@host:port" in said
    assert "geheim" not in said
    assert b"Proxy-Authorization: Basic" in proxy.requests[0]


async def test_a_proxy_that_is_not_there_is_named(monkeypatch, transport):
    async with serving(answering(Canned())) as proxy:
        gone = proxy.port
    monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{gone}")

    assert (
        await reason(transport, next(HOSTS))
        == f"the proxy localhost:{gone} cannot be reached: connection refused"
    )


async def test_a_host_that_needs_no_proxy_is_asked_directly(monkeypatch, transport):
    async with serving(answering(Canned(502))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url())
        monkeypatch.setenv("NO_PROXY", "provider.invalid")

        assert "proxy" not in await reason(transport, "api.provider.invalid")
    assert proxy.connections == 0


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks4a", "socks5", "socks5h"])
async def test_a_socks_proxy_is_refused_clearly(monkeypatch, transport, scheme):
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://user:geheim@proxy.example:1080")

    said = await reason(transport, next(HOSTS))

    assert said == "the proxy proxy.example:1080 is a SOCKS proxy; name an HTTP proxy in HTTPS_PROXY"


@pytest.mark.parametrize(
    "given", ["http://", "http://proxy.example:port", "ftp://proxy.example", "http://[::1", "://"]
)
def test_a_variable_that_holds_no_address_is_named_with_the_fix(given):
    proxy = read_proxy(given)

    assert "HTTPS_PROXY=http://host:port" in proxy.problem


def test_a_password_never_shows_in_the_representation():
    assert "geheim" not in repr(read_proxy("http://user:geheim@proxy.example:3128"))
