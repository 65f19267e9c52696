"""`hotline lines`: mobile numbers that stand in for the landline, in every text from then on."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import pytest

from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.server import Sandbox
from tests.harness.program_company import ProgramCompany

LANDLINE, MOBILE, SECOND = "+49 30 23125000", "+49 151 23400011", "+49 171 2345678"
HOTLINE = """
[channels.call]
adapter = "twilio-voice"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+493023125000"

[alternatives.switchboard]
kind = "phone"
value = "030 23125000"

[oncall.support]
contacts = ["rota.csv"]
shifts = [{ who = "alex", from = "00:00", until = "24:00" }, { who = "bea", from = "00:00", until = "24:00" }]

[hotline]
numbers = [{ number = "+493023125000", locale = "de" }]
channel = "call"
rota = "support"
fallback = "public/hotline.xml"
lines = [
  { name = "mobile-1", number = "+49 151 23400011", fate = ["telekom"], voice_url = "https://bin.example" },
  { name = "mobile-2", number = "+49 171 2345678", label = { de = "Handy" }, hours = { de = "bis 18 Uhr" } },
]
"""


@pytest.fixture
def company(sandbox: Sandbox, tmp_path: Path) -> ProgramCompany:
    company = ProgramCompany(tmp_path, sandbox)
    asked = f'base_url = "{company.urls["twilio"]}"\ntimeout = "5s"\nfrom ='
    company.config.write_text(company.config.read_text() + HOTLINE.replace("from =", asked, 1))
    company.write("rota.csv", "id,name,phone\nalex,Alex,+493023125011\nbea,Bea,+4915112340002\n")
    return company


def lines(company: ProgramCompany, *words: str):
    done = company.run("hotline", "lines", *words, BROADCAST_AUTHOR="mia")
    assert not done.traceback, done.said
    return done


def test_every_text_names_the_active_line_and_not_the_landline(company):
    assert company.notify("Kasse gestört").code == 0
    assert any(LANDLINE in one.text for one in company.received())
    assert lines(company, "activate", "--note", "Kabel zerrissen").code == 0
    before = len(company.received())

    assert company.run("update", "-m", "Wir arbeiten daran, es dauert noch.", "--yes").code == 0

    with company.ledger() as ledger:
        (incident,) = ledger.incidents.all()
        facts = ledger.incidents.notices(incident)[-1].facts
    assert facts.hotline == MOBILE
    assert [point.value for point in facts.alternatives] == [MOBILE, SECOND]
    written = [one.text for one in company.received()[before:]]
    assert not [text for text in written if LANDLINE in text]
    assert any(MOBILE in text for text in written)
    assert MOBILE in (company.folder / "public/index.html").read_text()
    shown = company.run("hotline", "status").out
    assert f"mobile-1, {MOBILE}" in shown
    assert "set by mia (Kabel zerrissen)" in shown
    assert "Alex" not in shown, "a landline in the rota is not rung"
    assert "mobile-1 stands in for the hotline, set by mia: Kabel zerrissen" in company.run("log").out


def test_the_static_document_rings_mobiles_only(company):
    lines(company, "activate", "mobile-1")

    document = ET.fromstring((company.folder / "public/hotline.xml").read_text())
    assert [one.text for one in document.iter("Number")] == ["+4915112340002", "+4915123400011"]

    lines(company, "deactivate")
    document = ET.fromstring((company.folder / "public/hotline.xml").read_text())
    assert [one.text for one in document.iter("Number")] == ["+493023125011", "+4915112340002"]


def test_a_line_that_shares_the_fate_of_what_is_down_is_left_out(company):
    lines(company, "activate")

    company.notify("Netz gestört", "--affects", "telekom")

    with company.ledger() as ledger:
        (incident,) = ledger.incidents.all()
        assert ledger.incidents.notices(incident)[-1].facts.hotline == SECOND


def test_a_line_ends_with_its_incident(company):
    company.notify("Telefon gestört")
    lines(company, "activate", "mobile-1", "--incident", "INC-1")

    assert company.run("resolve", "--yes").code == 0

    with company.ledger() as ledger:
        (incident,) = ledger.incidents.all()
        assert ledger.incidents.notices(incident)[-1].facts.hotline == LANDLINE
        assert ledger.lines.active() == []
    assert "INC-1 is over" in company.run("log", "INC-1").out
    assert lines(company, "activate", "mobile-1").code == 0


def test_the_codes_of_carriers_are_printed(company):
    said = lines(company, "activate", "mobile-1").out

    for code in ("**21*+4915123400011#", "**61*+4915123400011**15#", "##21#", "*21*004915123400011#"):
        assert code in said
    assert "A call comes in" in said
    assert lines(company, "deactivate", "-o", "json").result["deactivated"] == ["mobile-1"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("activate", "mobile-3"), 2, "there is no backup line mobile-3"),
        (("activate", "mobile-1", "--incident", "INC-9"), 2, "no incident INC-9"),
        (("activate", "mobile-2", "--provider"), 2, "mobile-2 has no voice_url"),
        (("deactivate",), 3, "no line stands in"),
        (("deactivate", "mobile-1"), 3, "mobile-1 does not stand in"),
    ],
)
def test_bad_input_is_refused_with_a_hint(company, words, code, said):
    refused = lines(company, *words)

    assert (refused.code, said in refused.err, "hint: " in refused.err) == (code, True, True), refused.said


def test_a_line_is_activated_once(company):
    lines(company, "activate", "mobile-1")

    assert lines(company, "activate", "mobile-1").code == 8
    assert lines(company, "activate").code == 0, "the other one is activated"
    with company.ledger() as ledger:
        assert [one.line for one in ledger.lines.active()] == ["mobile-1", "mobile-2"]


def voice_url(company: ProgramCompany, url: str | None = None) -> str:
    """Where the number leads at the provider, set by hand first if a `url` is given."""
    sandbox, login = SandboxClient(company.sandbox.url), b64encode(b"AC0:token").decode()
    path = "/twilio/2010-04-01/Accounts/AC0/IncomingPhoneNumbers"
    request = Request(f"{sandbox.url}{path}.json?PhoneNumber=%2B493023125000")
    request.add_header("Authorization", f"Basic {login}")
    with urlopen(request) as answer:
        (number,) = json.load(answer)["incoming_phone_numbers"]
    if url is not None:
        change = Request(f"{sandbox.url}{path}/{number['sid']}.json", urlencode({"VoiceUrl": url}).encode())
        change.add_header("Authorization", f"Basic {login}")
        urlopen(change).close()
    return number["voice_url"]


def test_the_provider_leads_calls_to_the_line_and_back(company):
    voice_url(company, "https://ours.example/voice/answer/0")

    assert lines(company, "activate", "mobile-1", "--provider").code == 0
    assert voice_url(company) == "https://bin.example"

    assert "leads to https://ours.example/voice/answer/0 again" in lines(company, "deactivate").out
    assert voice_url(company) == "https://ours.example/voice/answer/0"


def test_the_clock_leads_calls_back_once_the_incident_is_over(company):
    voice_url(company, "https://ours.example/voice/answer/0")
    company.notify("Telefon gestört")
    lines(company, "activate", "mobile-1", "--incident", "INC-1", "--provider")
    company.run("resolve", "--yes")

    assert (
        "numbers: +493023125000 leads to https://ours.example/voice/answer/0 again" in company.run("tick").out
    )
    assert voice_url(company) == "https://ours.example/voice/answer/0"


def test_what_somebody_else_set_meanwhile_is_left_alone(company):
    lines(company, "activate", "mobile-1", "--provider")
    voice_url(company, "https://other.example")

    assert "somebody set https://other.example meanwhile" in lines(company, "deactivate").out
    assert voice_url(company) == "https://other.example"


def test_a_rehearsal_never_changes_the_number(company):
    refused = company.run("--sandbox", "hotline", "lines", "activate", "mobile-1", "--provider")

    assert (refused.code, "a rehearsal does not change the real number" in refused.err) == (8, True)
    company.run("sandbox", "stop")


def test_a_rehearsal_leaves_the_real_lines_alone(company):
    assert company.run("--sandbox", "hotline", "lines", "activate").code == 0
    assert company.run("--sandbox", "hotline", "fallback").code == 0
    assert not (company.folder / "public/hotline.xml").exists()
    assert lines(company, "deactivate").code == 3
    company.run("sandbox", "stop")
