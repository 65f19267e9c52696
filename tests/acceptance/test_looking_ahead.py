"""`plan`: what an incident commander wants to know before there is an incident."""

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

[channels.email]
adapter = "sendgrid"
api_key = "env:KEY"
from = "status@muster.example"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:SID"
auth_token = "env:TOKEN"
from = "+4930231250"

[channels.site]
adapter = "site"
path = "public"

[audiences.agents]
contacts = ["agents.csv"]
lanes = [["email", "sms"], ["site"]]

[fates]
"@muster.example" = ["microsoft"]
"""
AGENTS = """id,name,email,phone,priority
1,Anna,anna@muster.example,0151 12345678,2
2,Berta,berta@elsewhere.example,030 2312500,1
3,Carla,carla@muster.example,,
"""


@pytest.fixture
def company(broadcast, tmp_path):
    (tmp_path / "broadcast.toml").write_text(COMPANY)
    (tmp_path / "agents.csv").write_text(AGENTS)
    return broadcast


def test_a_system_that_is_down_changes_the_way_of_whoever_depends_on_it(company):
    planned = json.loads(company("plan", "--affects", "outlook", "-o", "json").stdout)

    people = [(share["route"], share["count"]) for share in planned["shares"] if not share["posts"]]
    assert sorted(people) == [(["email"], 2), (["sms", "email"], 1)]


def test_the_check_names_everybody_whom_a_failure_cuts_off(company):
    done = company("plan", "--check", "-o", "json")

    gaps = {tuple(gap["systems"]): gap for gap in json.loads(done.stdout)["gaps"]}
    assert done.returncode == 3
    assert [one["name"] for one in gaps["microsoft",]["named"]] == ["Carla"]
    assert gaps["twilio",]["count"] == 3  # the mail and the SMS are of one company
    assert gaps["twilio",]["public"] == ["site"]


def test_the_check_is_content_where_no_single_failure_cuts_anybody_off(company, tmp_path):
    backup = '[channels.backup]\nadapter = "smtp"\nhost = "mail.muster.example"\nfrom = "a@muster.example"\n'
    text = COMPANY.replace('["email", "sms"]', '["email", "backup", "sms"]') + backup
    (tmp_path / "broadcast.toml").write_text(text)
    (tmp_path / "agents.csv").write_text("\n".join(AGENTS.splitlines()[:3]))

    done = company("plan", "--check")

    assert done.returncode == 0
    assert "no single one cuts anybody off" in done.stdout


def test_the_paper_list_begins_with_whom_nothing_reaches_and_then_goes_by_priority(company):
    done = company("plan", "--paper", "--affects", "mobile", "--affects", "outlook")

    lines = done.stdout.splitlines()
    order = [line.split()[2] for line in lines if line.startswith("[ ]")]
    assert order == ["Anna", "Berta"]
    assert "+4915112345678" in done.stdout
    assert "without a number: Carla" in done.stdout


def test_two_lists_at_once_and_an_unknown_audience_are_refused(company):
    both = company("plan", "--check", "--paper")
    unknown = company("plan", "-a", "agnets")

    assert (both.returncode, unknown.returncode) == (2, 2)
    assert "did you mean agents?" in unknown.stderr


def test_looking_ahead_leaves_no_trace(company, tmp_path):
    company("plan")

    assert not (tmp_path / "broadcast.db").exists()


def test_a_channel_that_two_audiences_lose_is_pointed_out_once(company, tmp_path):
    second = '[audiences.drivers]\ncontacts = ["agents.csv"]\nlanes = [["email", "sms"]]\n'
    (tmp_path / "broadcast.toml").write_text(COMPANY.replace("[fates]", second + "\n[fates]"))

    done = company("--sandbox", "notify", "Down", "--affects", "sendgrid", "--dry-run")

    assert (done.stdout + done.stderr).count("email is left out") == 1
