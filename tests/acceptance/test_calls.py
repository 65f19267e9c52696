"""People who are called: what Twilio is asked, held against its own description, and what they hear."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.fake_providers.strict_server import Strict, has_descriptions, strict
from tests.harness.process_company import ProcessCompany, process_company

MORE = """
[channels.calls]
adapter = "twilio-voice"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"
base_url = "{twilio}"
rate = 1000
{keys}

[audiences.field]
contacts = ["drivers.csv"]
lanes = [["calls", "sms"]]
"""
DRIVERS = "id,name,phone,locale\nd1,Ada Lang,+493023125001,de\nd2,Ben Short,+442079460018,en\n"
KEYS = 'action_url = "https://keys.muster.example/pressed"\nmachine_detection = "DetectMessageEnd"'


@pytest.fixture
def providers():
    if not has_descriptions():
        pytest.skip("the official API descriptions are not beside the repository (../shared/specs)")
    with strict() as providers:
        yield providers


def make_company(folder, providers: Strict, keys: str = "") -> ProcessCompany:
    company = process_company(folder, providers, MORE.format(twilio=providers.addresses["twilio"], keys=keys))
    company.write("drivers.csv", DRIVERS)
    return company


def heard(call: dict[str, str]) -> list[str]:
    return [say.text or "" for say in ET.fromstring(call["Twiml"]).iter("Say")]


def test_drivers_are_called_in_their_language_and_told_twice(tmp_path, providers):
    company = make_company(tmp_path, providers)

    runs = [
        company.send("notify", "Tourenplan <gestört>", "-m", "Bitte R&D fahren.", "-s", "sev1"),
        company.send("resolve", "-m", "Alles geht."),
    ]

    assert [run.code for run in runs] == [0, 0], [run.said for run in runs]
    assert providers.violations == []
    german, english = sorted(providers.twilio.calls[:2], key=lambda call: call["To"], reverse=True)
    assert [call["To"] for call in (german, english)] == ["+493023125001", "+442079460018"]
    assert len(providers.twilio.calls) == 4
    for call in providers.twilio.calls:
        first, second = heard(call)
        assert first == second
        assert "I N C" not in first
    said = heard(german)[0]
    assert said.startswith("Muster, ")
    assert "Bitte R und D fahren." in said
    assert "Tourenplan gestört. Gemeldet um " in said
    assert heard(english)[0].startswith("Muster, ")
    assert "Reported at " in heard(english)[0]
    assert providers.twilio.messages == []


def test_where_somebody_takes_keys_they_are_explained_between_the_two(tmp_path, providers):
    company = make_company(tmp_path, providers, KEYS)

    run = company.send("notify", "Tourenplan gestört", "--drill")

    assert run.code == 0, run.said
    assert providers.violations == []
    for call in providers.twilio.calls:
        first, keys, second = heard(call)
        word = "Übung." if call["To"].startswith("+4930") else "Exercise."
        assert first == second
        assert first.startswith(word)
        assert second.endswith(word)
        assert "1" in keys
        assert "9" not in keys  # drivers are told as a matter of work
        gather = ET.fromstring(call["Twiml"]).find("Gather")
        assert gather is not None
        assert gather.attrib["action"].startswith("https://keys.muster.example/pressed?ref=")
        assert call["MachineDetection"] == "DetectMessageEnd"
