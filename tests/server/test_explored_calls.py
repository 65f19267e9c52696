"""Kind: a caller is lost. Every sequence of keys is tried through the real server, and nothing follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.situation import Situation
from broadcast.rendering.samples import sample_facts
from broadcast.testing.ledger_samples import incident, notice
from tests.harness.telephone import NO_ANSWER, TelephonePlatform, agent
from tests.harness.telephone.explorer import explore
from tests.server.conftest import CONFIGURATION, ORIGIN, TOKEN, serving
from tests.server.test_calls import ALEX, BEA, HOTLINE

SITUATIONS = {
    "no incident": (),
    "two incidents": (Situation.UPDATE, Situation.IDENTIFIED),
    "maintenance": (Situation.IN_PROGRESS,),
    "drill": (Situation.UPDATE,),
}


@pytest.fixture
def settings_for(tmp_path, monkeypatch):
    """Return the settings of a hotline whose number is for speakers of that language."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)

    def settings(locale: str) -> Settings:
        path = tmp_path / "broadcast.toml"
        table = HOTLINE.replace('locale = "de"', f'locale = "{locale}"')
        path.write_text(CONFIGURATION.format(desk=tmp_path / "desk.sock") + table)
        (tmp_path / "agents.csv").write_text(f"id,name,phone\nalex,Alex,{ALEX}\nbea,Bea,{BEA}\n")
        return load(path, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)

    return settings


def record(settings: Settings, situations: Sequence[Situation], *, drill: bool) -> None:
    """Record an incident in each of these situations."""
    ledger = Ledger.open(settings.ledger)
    for number, situation in enumerate(situations, start=1):
        ref = f"INC-{number}"
        told = replace(sample_facts(situation), ref=ref, drill=drill, audiences=())
        of = replace(incident(told.phase), ref=ref, drill=drill)
        new = replace(notice(of, 1, []), facts=replace(told, sequence=1), kind=told.kind)
        ledger.incidents.record(new, SystemClock().now())
    ledger.close()


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_no_sequence_of_keys_loses_a_caller(settings_for, situation, locale):
    settings = settings_for(locale)
    record(settings, SITUATIONS[situation], drill=situation == "drill")
    async with (
        serving(settings) as served,
        TelephonePlatform(
            origin=ORIGIN, server=served.listening.public, token=TOKEN, phones={ALEX: agent(), BEA: NO_ANSWER}
        ) as twilio,
    ):
        found = await explore(twilio, depth=3)

    assert found.findings == [], str(found)
    assert found.calls > 100
