"""Who calls is looked up beside the call, through a process that serves."""

from __future__ import annotations

import json

import pytest

from broadcast.config.load import load
from tests.harness.answering_server import answering, hangs, says
from tests.harness.telephone import HangUp, Press, Silence, agent
from tests.server.conftest import CONFIGURATION, TOKEN, serving
from tests.server.test_calls import ALEX, BEA, HOTLINE, platform

CALLER = "+4915112345678"


@pytest.fixture
def hotline(tmp_path, monkeypatch):
    """Return the settings with this `crm`."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("CRM_TOKEN", "s3cret-crm")
    (tmp_path / "agents.csv").write_text(f"id,name,phone\nalex,Alex,{ALEX}\nbea,Bea,{BEA}\n")
    (tmp_path / "customers.csv").write_text(f"id,name,phone,locale,order\n1,Anna Berger,{CALLER},en,4711\n")

    def settings(crm: str):
        path = tmp_path / "broadcast.toml"
        written = CONFIGURATION.format(desk=tmp_path / "desk.sock").replace(
            "[audiences.customers]", '[audiences.customers]\ncontacts = ["customers.csv"]'
        )
        # The callers' own language counts, not that of the number.
        calls = HOTLINE.replace(', locale = "de" }]', " }]").replace("rota =", f"crm = {crm}\nrota =")
        path.write_text(written + calls)
        return load(path, {"TWILIO_AUTH_TOKEN": TOKEN, "CRM_TOKEN": "s3cret-crm"}, tmp_path)

    return settings


def turns(ledger):
    return [turn.details for turn in ledger.hotline.turns(0) if turn.kind == "customer"]


async def test_somebody_of_the_contacts_is_greeted_in_their_language_and_hears_their_order(hotline, ledger):
    settings = hotline('{ contacts = "customers" }')
    async with serving(settings) as served, platform(served, alex=agent()) as twilio:
        call = await twilio.call(Press("0"))

    assert "Muster Handel, automated message." in str(call)
    assert "We have your order 4 7 1 1." in str(call)
    assert "Caller: Anna Berger." in str(call)
    assert call.bridges
    assert [(one["result"], one["name"], one["order"]) for one in turns(ledger)] == [
        ("found", "A••• B•••", True)
    ]
    assert "Anna" not in json.dumps(turns(ledger)) + served.log.getvalue()


async def test_what_a_service_knows_is_said_from_the_second_step_on(hotline, ledger):
    async with answering(says({"name": "Anna Berger", "order": "4711", "order_state": "delayed"})) as crm:
        headers = '{ Authorization = "env:CRM_TOKEN" }'
        settings = hotline(f'{{ url = "{crm.url}/c/{{phone}}", headers = {headers} }}')
        async with serving(settings) as served, platform(served) as twilio:
            call = await twilio.call(Press("1"), Silence(), HangUp())
            again = await twilio.call(Silence(), HangUp())

        assert len(crm.asked) == 1
        assert crm.headers[0]["Authorization"] == "s3cret-crm"
    assert "Ihre Bestellung 4 7 1 1 verzögert sich." in str(call)
    assert "Ihre Bestellung 4 7 1 1 verzögert sich." in str(again)
    assert CALLER not in served.log.getvalue()
    assert "s3cret-crm" not in served.log.getvalue()


@pytest.mark.parametrize("respond", [hangs, says({}, 500)])
async def test_a_service_that_hangs_or_fails_costs_no_caller_a_word(hotline, respond, ledger):
    async with answering(respond) as crm:
        settings = hotline(f'{{ url = "{crm.url}/c/{{phone}}", timeout = "200ms" }}')
        async with serving(settings) as served, platform(served, alex=agent()) as twilio:
            call = await twilio.call(Press("1"), Press("0"))

    assert "automatische Ansage" in str(call)
    assert call.bridges
    assert call.errors == []


async def test_a_withheld_number_is_not_looked_up(hotline):
    async with answering(says({"name": "Anna"})) as crm:
        settings = hotline(f'{{ url = "{crm.url}/c/{{phone}}" }}')
        async with serving(settings) as served, platform(served) as twilio:
            call = await twilio.call(Silence(), HangUp(), caller="anonymous")

    assert crm.asked == []
    assert call.errors == []
