"""An SMS to a landline reaches nobody: everything that counts people says so."""

from __future__ import annotations

import json

import pytest

COMPANY = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:SID"
auth_token = "env:TOKEN"
from = "+4930231250"

[channels.call]
adapter = "twilio-voice"
account_sid = "env:SID"
auth_token = "env:TOKEN"
from = "+4930231250"

[audiences.agents]
contacts = ["agents.csv"]
lanes = [["sms"]]
"""
AGENTS = """id,name,phone
1,Anna,0151 12345678
2,Berta,030 23125001
3,Joe,+1 212 555 2368
"""
REASON = "no mobile phone (a landline takes no SMS)"


@pytest.fixture
def company(broadcast, tmp_path):
    (tmp_path / "broadcast.toml").write_text(COMPANY)
    (tmp_path / "agents.csv").write_text(AGENTS)
    return broadcast


def test_a_person_with_only_a_landline_is_unreachable_by_sms_in_every_count(company):
    checked = json.loads(company("contacts", "check", "-o", "json").stdout)["audiences"]["agents"]
    planned = json.loads(company("plan", "-o", "json").stdout)
    gaps = json.loads(company("plan", "--check", "-o", "json").stdout)["gaps"]
    paper = company("plan", "--paper").stdout
    doctor = json.loads(company("doctor", "-o", "json").stdout)["checks"]

    assert checked["unreachable"] == {"mobile phone (a landline takes no SMS)": 1}
    assert [share["count"] for share in planned["shares"]] == [2]
    assert [each["contact"] for each in planned["unreachable"]] == ["2"]
    assert REASON in planned["unreachable"][0]["reason"]
    assert [one["name"] for gap in gaps if not gap["systems"] for one in gap["named"]] == ["Berta"]
    assert next(line for line in paper.splitlines() if line.startswith("[ ]")).split()[2] == "Berta"
    said = [each["detail"] for each in doctor if each["subject"] == "contacts of agents"]
    assert said[0] == "3 people, and 1 of them whom no channel reaches"


def test_the_result_names_them_and_a_call_still_reaches_them(company, tmp_path):
    told = company("--sandbox", "notify", "Kasse steht", "--yes", "-o", "json")
    (tmp_path / "broadcast.toml").write_text(COMPANY.replace('[["sms"]]', '[["sms", "call"]]'))
    called = company("--sandbox", "notify", "Kasse steht noch", "--yes", "-o", "json")

    assert told.returncode == 4
    assert f"unreachable: {REASON} for sms" in told.stdout
    assert called.returncode == 0


def test_a_provider_that_brings_sms_to_landlines_is_believed(company, tmp_path):
    (tmp_path / "broadcast.toml").write_text(COMPANY.replace('twilio-sms"', 'twilio-sms"\nlandlines = true'))

    checked = json.loads(company("contacts", "check", "-o", "json").stdout)["audiences"]["agents"]
    told = company("--sandbox", "notify", "Kasse steht", "--yes", "-o", "json")

    assert checked["unreachable"] == {}
    assert told.returncode == 0


def test_landlines_is_a_word_for_channels_that_send_sms(company, tmp_path):
    (tmp_path / "broadcast.toml").write_text(
        COMPANY.replace('twilio-voice"', 'twilio-voice"\nlandlines = true')
    )

    refused = company("config", "check")

    assert refused.returncode == 6
    assert "landlines is for channels that send SMS" in refused.stderr
