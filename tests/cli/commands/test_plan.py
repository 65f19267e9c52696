"""`plan`: what an incident commander wants to know before there is an incident."""

from __future__ import annotations

import json

import pytest

from tests.harness.program import run

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
    assert "no single failure leaves a person without a channel" in done.stdout


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


CHAIN = """
[channels.tickets]
adapter = "webhook"
url = "https://tickets.muster.example/hook"
secret = "env:HOOK"
fate = ["Intranet"]

[audiences.desk]
lanes = [["tickets"]]
"""


@pytest.mark.parametrize(
    "asked",
    [("plan",), ("plan", "--check"), ("plan", "--paper"), ("--sandbox", "notify", "Down", "--dry-run")],
)
def test_every_look_ahead_doubts_a_system_that_nothing_depends_on(company, asked):
    done = company(*asked, "--affects", " twillo ,Outlook")
    none = company(*asked, "--affects", " , ")

    said = done.stdout + done.stderr
    assert "no channel has twillo in `fate`, so no channel is skipped; did you mean twilio?" in said
    assert "no channel depends on Outlook" not in said
    assert (none.returncode, "names no system" in none.stderr) == (2, True)


def test_warnings_of_a_look_ahead_are_for_programs_too(company, tmp_path):
    with (tmp_path / "agents.csv").open("a") as file:
        file.write("4,Dora,nothing,,\n")

    for option in ((), ("--check",), ("--paper",)):
        looked = company("plan", *option, "--affects", "twillo", "-o", "json")
        warnings = json.loads(looked.stdout)["warnings"]
        assert any("agents.csv" in warning for warning in warnings)
        assert any("did you mean twilio?" in warning for warning in warnings)


def test_the_check_counts_first_who_is_cut_off_already(company):
    gaps = json.loads(company("plan", "--check", "--affects", "Outlook", "-o", "json").stdout)["gaps"]

    first = gaps[0]
    assert (first["systems"], [one["name"] for one in first["named"]]) == ([], ["Carla"])
    assert [gap["count"] for gap in gaps if gap["systems"] == ["twilio"]] == [3]
    assert not any("microsoft" in gap["systems"] for gap in gaps)


def test_a_channel_is_left_out_with_what_it_depends_on_by_a_chain(company, tmp_path):
    text = COMPANY.replace("[fates]", CHAIN + '\n[fates]\nintranet = ["vpn"]\nVPN = ["isp", "Intranet"]')
    (tmp_path / "broadcast.toml").write_text(text.replace('[["tickets"]]', '[["tickets", "site"]]'))

    planned = company("plan", "-a", "desk", "--affects", "ISP")

    assert "tickets is left out, for it depends on isp" in planned.stdout


def test_the_paper_list_has_everybody_once_and_no_number_that_declined_calls(company, tmp_path):
    drivers = """[audiences.drivers]
contacts = ["drivers.csv"]
lanes = [["sms"]]

[audiences.duty]
contacts = ["duty.csv"]
internal = true
lanes = [["sms"]]
"""
    (tmp_path / "broadcast.toml").write_text(COMPANY.replace("[fates]", drivers + "\n[fates]"))
    (tmp_path / "drivers.csv").write_text(
        "id,name,phone,consent_voice\n"
        "9,Anna,+4915112345678,\n"
        "8,Dora,0151 77777777,no\n"
        "7,Emil,0151 88888888,no\n"
    )
    (tmp_path / "duty.csv").write_text("id,name,phone\n7,Emil,0151 88888888\n")

    listed = json.loads(company("plan", "--paper", "-o", "json").stdout)
    paper = company("plan", "--paper").stdout

    assert [(one["name"], one["audience"]) for one in listed["calls"]] == [
        ("Berta", "agents"),
        ("Anna", "agents"),
        ("Emil", "duty"),
    ]
    assert listed["declined"] == [{"name": "Dora", "reason": "voice declined"}]
    assert "do not call: Dora: voice declined" in paper
    assert "77777777" not in paper


def test_what_an_update_says_is_down_adds_to_what_was_said_before_until_it_is_taken_back(company):
    def held(*given):
        shown = company("--sandbox", *given, "--dry-run", "-o", "json")
        return json.loads(shown.stdout)["affects"]

    first = company("--sandbox", "notify", "Kasse", "--affects", "Slack", "--channel", "site", "--yes")
    assert first.returncode == 0, first.stderr

    assert held("update", "-m", "x") == ["Slack"]
    assert held("update", "-m", "x", "--affects", "outlook,SLACK") == ["Slack", "outlook"]
    assert held("update", "-m", "x", "--affects", "none") == []
    assert held("update", "-m", "x", "--affects", "NONE,outlook") == ["outlook"]
    assert held("resolve") == []
    page = company("--sandbox", "update", "-m", "x", "--affects", "outlook", "--dry-run").stdout
    assert "said to be down: Slack, outlook" in page


@pytest.mark.slow
def test_an_update_goes_by_the_first_channel_again_once_that_works(rehearsal):
    """People who were told on another channel are not told there for ever, at night by a call."""

    def first(incident, verb="update"):
        shown = run(rehearsal, "--sandbox", verb, incident, "-m", "y", "--dry-run", "-o", "json")
        return json.loads(shown.stdout)["audiences"][0]["first"]

    def notify(title):
        done = run(rehearsal, "--sandbox", "notify", title, "-a", "agents", "--yes", "-o", "json")
        return json.loads(done.stdout)["incident"]

    run(rehearsal, "sandbox", "fault", "twilio:down")
    try:
        incident = notify("Kasse")
        just_failed = first(incident)
    finally:
        run(rehearsal, "sandbox", "fault", "--clear")
    notify("Laden")

    assert just_failed == {"mail-backup": 2}
    assert first(incident) == {"sms": 2}
    assert first(incident, "resolve") == {"mail-backup": 2}, "the end follows the latest word"


def test_people_whom_only_a_room_tells_are_called_when_that_is_down(company, tmp_path):
    room = """[channels.room]
adapter = "slack-webhook"
webhook_url = "env:HOOK"

[audiences.drivers]
contacts = ["drivers.csv"]
lanes = [["room"]]
"""
    (tmp_path / "broadcast.toml").write_text(COMPANY.replace("[fates]", room + "\n[fates]"))
    (tmp_path / "drivers.csv").write_text("id,name,phone\n9,Dora,0151 77777777\n")

    def reached_by(*affects):
        listed = company("plan", "--paper", "-a", "drivers", "-o", "json", *affects)
        return {one["name"]: one["working"] for one in json.loads(listed.stdout)["calls"]}

    assert reached_by() == {"Dora": ["room"]}
    assert reached_by("--affects", "slack") == {"Dora": []}
    assert reached_by("--affects", "none") == {"Dora": ["room"]}
    assert (
        "the people of drivers are not counted: they are told only by room, not one by one"
        in company("plan", "--check").stdout
    )


def test_the_doctor_says_what_all_channels_of_a_lane_depend_on_by_a_chain(broadcast, tmp_path):
    servers = "".join(
        f'[channels.{name}]\nadapter = "smtp"\nhost = "127.0.0.1"\nport = 1\nfrom = "a@muster.example"\n'
        f'fate = ["{fate}"]\n\n'
        for name, fate in (("first", "Intranet"), ("second", "vpn"))
    )
    head = COMPANY.partition("[channels.email]")[0]
    lanes = '[audiences.agents]\ncontacts = ["agents.csv"]\nlanes = [["first", "second"]]\n'
    (tmp_path / "broadcast.toml").write_text(
        f'{head}{servers}{lanes}\n[fates]\nintranet = ["VPN"]\nvpn = ["ISP"]\n'
    )
    (tmp_path / "agents.csv").write_text(AGENTS)

    said = " ".join(broadcast("doctor").stdout.split())
    gaps = json.loads(broadcast("plan", "--check", "-o", "json").stdout)["gaps"]

    assert "first, second all depend on isp, vpn" in said
    assert {"isp", "vpn"} <= {name for gap in gaps for name in gap["systems"] if gap["count"] == 3}
