"""`doctor` says why callers would not be served, with the fix."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcast.cli.commands.doctor import hotline_check
from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.hotline.check_hotline import route_check
from broadcast.hotline.keep_fallback import KeepFallback
from broadcast.ledger.ledger import Ledger
from broadcast.model.check import CheckVerdict
from broadcast.model.clock import SystemClock
from broadcast.model.number_route import NumberRoute
from broadcast.sandbox.server import Sandbox
from broadcast.wiring import make_fallback
from tests.server.breaking_proxy import free_port
from tests.server.conftest import CONFIGURATION, ORIGIN, TOKEN, serving
from tests.server.test_calls import HOTLINE

OK, WARN, FAIL = CheckVerdict
URL, NUMBER = "https://ours.example", "+4930231250"


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A hotline whose process listens at its public address, and whose provider is the sandbox."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    port, twilio = free_port(), sandbox.base_url("twilio")
    text = CONFIGURATION.format(desk=tmp_path / "desk.sock").replace(ORIGIN, f"http://127.0.0.1:{port}")
    text = text.replace("127.0.0.1:0", f"127.0.0.1:{port}")
    text = text.replace('adapter = "twilio-voice"', f'adapter = "twilio-voice"\nbase_url = "{twilio}"')
    text += HOTLINE.replace('rota = "support"', 'rota = "support"\nfallback = "hotline.xml"', 1)
    (tmp_path / "broadcast.toml").write_text(text)
    write_agents(tmp_path, "+4915112340001")
    return load(tmp_path / "broadcast.toml", {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)


def write_agents(folder: Path, phone: str) -> None:
    text = f"id,name,phone,email\nalex,Alex,{phone},\nbea,Bea,,bea@muster.example\n"
    (folder / "agents.csv").write_text(text)


async def found(settings: Settings) -> dict[str, tuple[CheckVerdict, str]]:
    assert settings.calls
    checks = await hotline_check(settings, settings.calls).examine()
    return {one.detail: (one.verdict, one.fix) for one in checks}


async def test_what_callers_would_miss_is_found_with_its_fix(settings):
    async with serving(settings):
        checks = await found(settings)

    said = {
        detail.partition(":")[0].replace(str(settings.folder), "."): verdict
        for detail, (verdict, _) in checks.items()
    }
    assert said == {
        "bea is in the rota and has no phone that may be used": FAIL,
        "./hotline.xml is not written yet": WARN,
        f"{NUMBER} leads to nothing, not to this machine": FAIL,
        f"a signed request about a call is answered at {settings.serve.url}".partition(":")[0]: OK,
    }
    assert all(fix for verdict, fix in checks.values() if verdict is not OK)
    ledger = Ledger.open(settings.ledger)
    assert ledger.hotline.counts(datetime.min.replace(tzinfo=UTC, year=2000)).calls == 0, (
        "nothing was recorded"
    )
    ledger.close()


async def test_a_process_that_is_off_is_a_warning(settings):
    checks = await found(settings)

    assert [verdict for detail, (verdict, _) in checks.items() if "does not answer a call" in detail] == [
        WARN
    ]


async def test_a_static_document_that_is_not_true_any_more_is_found_and_kept(settings):
    assert settings.calls
    assert settings.calls.fallback
    ledger, clock = Ledger.open(settings.ledger), SystemClock()
    file = make_fallback(settings, settings.calls, ledger, clock)
    file.write()
    assert file.current()

    write_agents(settings.folder, "+4915112340009")

    assert any("says something else than is true now" in detail for detail in await found(settings))
    later = clock.now() + timedelta(minutes=2)
    assert await KeepFallback(file).run(later, Stop()) == [f"{file.path} says what is true now"]
    assert "+4915112340009" in file.path.read_text()
    file.path.write_text("<Response><Say>")
    assert any("is no XML" in detail for detail in await found(settings))
    ledger.close()


BIN = {"url": f"{URL}/voice/answer/0", "fallback": "https://bin.example"}


@pytest.mark.parametrize(
    ("route", "verdict", "said"),
    [
        ({**BIN, "status": f"{URL}/voice/goodbye/1"}, OK, "else to https://bin.example"),
        (BIN, WARN, "they count as waiting"),
        ({"url": f"{URL}/voice/answer/0"}, WARN, "nowhere if that does not answer"),
        ({"url": f"{URL}/voice/answer/0", "method": "GET"}, FAIL, "by GET"),
        ({"url": "https://old.example"}, FAIL, "leads to https://old.example"),
        ({"url": ""}, FAIL, "leads to nothing"),
        ({"url": "https://bin.example/m1"}, WARN, "the backup line mobile-1"),
        ({"url": "", "instead": "an application"}, FAIL, "an application takes the place"),
    ],
)
def test_where_a_number_leads_is_compared_with_this_machine(route, verdict, said):
    check = route_check(
        NUMBER, NumberRoute(ref="PN1", number=NUMBER, **route), URL, {"https://bin.example/m1": "mobile-1"}
    )

    assert (check.verdict, said in check.detail) == (verdict, True), check
