"""`doctor` proves that requests of providers reach `serve`, through a proxy that works or breaks them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.ledger.ledger import Ledger
from broadcast.model.check import CheckVerdict
from broadcast.monitoring.public_address import SUBJECT, check_public_address
from broadcast.server.serve import Listening, serve
from tests.server.breaking_proxy import Breaking, free_port, proxy
from tests.server.conftest import CONFIGURATION, ORIGIN, TOKEN

OK, WARN, FAIL = CheckVerdict


@pytest.fixture
def ports() -> tuple[int, int]:
    """The ports of the proxy and of the listener."""
    return free_port(), free_port()


@pytest.fixture
def settings(ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    path, (front, back) = tmp_path / "broadcast.toml", ports
    text = CONFIGURATION.format(desk=tmp_path / "desk.sock").replace(ORIGIN, f"http://127.0.0.1:{front}")
    path.write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{back}"))
    return load(path, {}, tmp_path)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[None]:
    stop, ready = Stop(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(settings, stop, io.StringIO(), ready.set_result))
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    assert isinstance(ready.result(), Listening)
    yield
    stop.ask()
    await task


async def found(settings: Settings, ports: tuple[int, int], breaking: Breaking) -> list[tuple]:
    async with serving(settings), proxy(ports[0], ports[1], breaking):
        return [(one.verdict, one.detail, one.fix) for one in await check_public_address(settings)]


async def test_a_proxy_that_passes_requests_on_is_proved(settings, ports):
    [(verdict, detail, fix)] = await found(settings, ports, Breaking())

    assert (verdict, fix) == (OK, "")
    assert detail == f"{settings.serve.url} leads to `serve`; signed receipts arrive for sms, call"
    # Nothing was sent, and no message has a receipt.
    ledger = Ledger.open(settings.ledger)
    assert ledger.incidents.all() == []
    ledger.close()


BROKEN = {
    "path": (Breaking(target=lambda path: f"/broadcast{path}"), FAIL, "changes the path"),
    "path of hooks": (
        Breaking(target=lambda path: path.replace("/hooks/", "/hook/")),
        FAIL,
        "does not know /hooks/sms",
    ),
    "query is dropped": (Breaking(target=lambda path: path.partition("?")[0]), FAIL, "changes the query"),
    "query is decoded": (
        Breaking(target=lambda path: path.replace("%26", "&")),
        FAIL,
        "changes the query",
    ),
    "query is sorted": (
        Breaking(target=lambda path: path.replace("&b=2&a=1%262", "&a=1%262&b=2")),
        FAIL,
        "changes the query",
    ),
    "signature": (
        Breaking(drops=frozenset({"x-twilio-signature"})),
        FAIL,
        "changes the path, the body or the signature's header",
    ),
    "host": (
        Breaking(
            answer=lambda _: web.Response(status=301, headers={"Location": "https://www.muster.example/"})
        ),
        FAIL,
        "redirects to https://www.muster.example/",
    ),
    "login": (
        Breaking(
            answer=lambda request: web.Response(status=401) if request.method == "POST" else None,
        ),
        FAIL,
        "answers a receipt for sms itself (HTTP 401)",
    ),
    "another program": (
        Breaking(answer=lambda _: web.Response(text="<h1>It works!</h1>")),
        FAIL,
        "another program answers",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_what_a_proxy_breaks_is_named_with_its_fix(settings, ports, broken):
    breaking, expected, said = BROKEN[broken]

    (verdict, detail, fix), *_ = await found(settings, ports, breaking)

    assert verdict == expected
    assert said in detail
    assert fix


async def test_another_url_or_secret_than_that_of_serve_is_named(settings, ports):
    front, _ = ports
    other = replace(settings, serve=replace(settings.serve, url=f"http://localhost:{front}"))

    async with serving(settings), proxy(ports[0], ports[1], Breaking()):
        first, *_ = await check_public_address(other)

    assert first.verdict is FAIL
    assert "it runs with another [serve] url or another secret" in first.detail
    assert "correct [serve] url" in first.fix


async def test_a_clock_that_is_wrong_is_named(settings, ports):
    late = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)

    _, (verdict, detail, fix) = await found(settings, ports, Breaking(adds={"Date": late}))

    assert verdict is WARN
    assert f"ahead of the clocks of {settings.serve.url}" in detail
    assert "timedatectl" in fix


async def test_a_process_that_does_not_run_is_a_warning(settings, ports):
    async with proxy(ports[0], ports[1], Breaking()):
        [behind] = await check_public_address(settings)
    [nobody] = await check_public_address(settings)

    assert [behind.verdict, nobody.verdict] == [WARN, WARN]
    assert "does not reach `serve` (HTTP 502)" in behind.detail
    assert "does not answer" in nobody.detail
    assert "start `broadcast serve`" in behind.fix


@pytest.mark.parametrize("change", ["url", "sandbox"])
async def test_what_is_not_used_is_skipped_with_the_reason(settings, change):
    changed = {
        "url": replace(settings, serve=replace(settings.serve, url=None)),
        "sandbox": replace(settings, sandbox=True),
    }

    [check] = await check_public_address(changed[change])

    assert (check.subject, check.verdict) == (SUBJECT, OK)
    assert check.detail.startswith("skipped: ")
