"""Announced work from the command line to readers: announced, moved, begun, longer, over or called off."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from broadcast.cli.app import run
from tests.acceptance.test_whole_incident import HEADER, row, skip_without_descriptions
from tests.fake_providers.strict_server import strict
from tests.harness.process_company import process_company

AUDIENCES = """
[services.shop]
de = "Laden"
en = "Shop"
component = "cmp1"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email"], ["sms"], ["x"], ["page"]]
"""
TITLE = "Neue Datenbank"
AHEAD = ("--from", "24h", "--until", "90m")


def event(page: Path) -> dict[str, str]:
    """The only event of the calendar, by its properties."""
    text = (page / "maintenance.ics").read_text(encoding="utf-8")
    assert text.count("BEGIN:VEVENT") == 1
    return dict(re.findall(r"^(UID|SEQUENCE|DTSTART|DTEND|STATUS):(.*?)\r?$", text, re.MULTILINE))


def listed(page: Path, name: str) -> list[dict[str, object]]:
    """What one of the documents for monitors lists."""
    document = json.loads((page / "api" / "v2" / f"{name}.json").read_text(encoding="utf-8"))
    return list(document["scheduled_maintenances"])


def notices(broadcast) -> int:
    return int(json.loads(broadcast("status", "INC-1", "-o", "json").stdout)["incidents"][0]["notices"])


def test_a_window_stays_one_event_from_the_announcement_to_its_end(broadcast, page_only):
    steps = (
        (TITLE, *AHEAD),
        ("move", "--from", "48h", "-m", "Ein Teil fehlt."),
        ("start", "INC-1"),
        ("move", "1", "--until", "3h"),
        ("end",),
    )
    events = []
    for step in steps:
        outcome = broadcast("maintenance", *step, "--yes")
        assert outcome.returncode == 0, outcome.stderr
        events.append(event(page_only))

    assert len({one["UID"] for one in events}) == 1
    sequence = [int(one["SEQUENCE"]) for one in events]
    assert sequence == sorted(set(sequence))
    announced, moved, *_ = events
    assert announced["DTSTART"] < moved["DTSTART"]
    assert all(one["DTSTART"] < one["DTEND"] for one in events)
    assert listed(page_only, "scheduled-maintenances/upcoming") == []
    assert listed(page_only, "scheduled-maintenances/active") == []


def test_a_window_that_is_called_off_is_cancelled_in_calendars(broadcast, page_only):
    assert broadcast("maintenance", TITLE, *AHEAD, "--yes").returncode == 0
    before = event(page_only)
    assert len(listed(page_only, "scheduled-maintenances/upcoming")) == 1
    assert broadcast("maintenance", "cancel", "--yes").returncode == 0

    after = event(page_only)
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert (after["UID"], after["DTSTART"]) == (before["UID"], before["DTSTART"])
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert listed(page_only, "scheduled-maintenances/upcoming") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((TITLE, "--until", "90m"), "--from is missing"),
        ((TITLE, "--from", "24h"), "--until is missing"),
        ((TITLE, "--from", "2026-01-01T10:00", "--until", "90m"), "not in the future"),
        ((TITLE, "--from", "2h", "--until", "2026-01-01T10:00"), "it begins at"),
        ((TITLE, "--from", "2h", "--until", "0m"), "it begins at"),
        ((TITLE, *AHEAD, "--phase", "resolved"), "--phase does not belong here"),
        ((TITLE, *AHEAD, "-v", "window_ends=2h"), "the end was given twice"),
        ((TITLE, "--from", "none", "--until", "2h"), "needs its beginning"),
        (("start", *AHEAD), "takes no --from"),
        (("end",), "no maintenance is announced"),
        (("--from", "24h", "--until", " ", TITLE), "--until is empty"),
    ],
)
def test_an_announcement_that_cannot_be_is_refused_with_a_hint(page_only, monkeypatch, capsys, given, said):
    monkeypatch.chdir(page_only.parent)

    assert run(["maintenance", "--yes", *given]) == 2

    error = capsys.readouterr().err
    assert said in error
    assert "hint: " in error
    assert not page_only.exists()


def test_a_step_that_is_not_possible_says_what_is_and_tells_nobody(broadcast, page_only):
    def refused(*given: str) -> str:
        outcome = broadcast("maintenance", *given, "--yes")
        assert outcome.returncode == 2, outcome.stderr
        assert "hint: " in outcome.stderr
        return outcome.stderr

    assert broadcast("notify", "Kasse", "--next-update", "none", "--yes").returncode == 0
    assert "use: broadcast resolve INC-1" in refused("end", "INC-1")
    assert broadcast("maintenance", TITLE, *AHEAD, "--yes").returncode == 0
    assert "maintenance start INC-2" in refused("end")
    assert "no new window is given" in refused("move")
    assert "announced window already" in refused("move", "--until", "90m")
    assert broadcast("maintenance", "start", "--until", "30m", "--yes").returncode == 0
    assert "in_progress already" in refused("start")
    assert "the work has begun" in refused("move", "--from", "24h")
    assert broadcast("maintenance", "end", "--yes").returncode == 0
    assert "it is closed" in refused("cancel", "INC-2")
    updates = json.loads((page_only / "api" / "v2" / "scheduled-maintenances.json").read_text())
    assert len(updates["scheduled_maintenances"][0]["incident_updates"]) == 3


def test_a_title_that_is_the_name_of_a_command_stands_behind_dashes(broadcast, page_only):
    outcome = broadcast("maintenance", *AHEAD, "--yes", "-o", "json", "--", "start")

    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["phase"] == "scheduled"
    assert [one["name"] for one in listed(page_only, "scheduled-maintenances")] == ["start"]


def test_options_may_stand_before_the_command(broadcast, page_only):
    assert broadcast("maintenance", "--from", "now", "--until", "90m", "--yes", TITLE).returncode == 0
    outcome = broadcast("maintenance", "--yes", "-m", "end", "-o", "json", "end")

    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["phase"] == "completed"


def test_a_key_makes_each_step_repeatable(broadcast, page_only):
    for given in ((TITLE, *AHEAD), ("move", "1", "--from", "48h"), ("start", "1"), ("end", "1")):
        for _ in range(2):
            step = broadcast("maintenance", *given, "--key", given[0], "--yes")
            assert step.returncode == 0, step.stderr
    other = broadcast("maintenance", "end", "1", "-m", "Anders", "--key", "end", "--yes")

    assert notices(broadcast) == 4
    assert other.returncode == 9


@pytest.fixture
def told(tmp_path):
    skip_without_descriptions()
    with strict() as providers:
        company = process_company(tmp_path, providers, AUDIENCES)
        company.write("customers.csv", HEADER + row("c1", "Ann", "c1@kunden.example", "+4915112340001", "de"))
        yield company, providers


def test_every_step_threads_on_every_channel_and_a_move_says_both_windows(told):
    company, providers = told
    for step in (
        (TITLE, "--service", "shop", "--from", "2099-12-05T22:00", "--until", "90m"),
        ("move", "--from", "2099-12-06T23:00"),
        ("start",),
        ("move", "--until", "2099-12-07T01:00"),
        ("end",),
    ):
        sent = company.send("maintenance", *step)
        assert sent.code == 0, sent.said

    announced, moved, begun, longer, over = (mail["subject"] for mail in providers.sendgrid.mails)
    assert "Neue Zeit" in moved
    assert "Wartung läuft" in begun
    assert "Dauert länger" in longer
    assert "Wartung beendet" in over
    assert announced.startswith("[Wartung")
    roots = {mail["headers"]["References"].split()[0] for mail in providers.sendgrid.mails}
    assert len(roots) == 1
    texts = [message["body"] for message in providers.twilio.messages]
    assert "Wartung NEU: So, 6.12., 23:00 bis Mo, 7.12., 00:30 (statt Sa, 5.12., 22:00-23:30)." in texts[1]
    assert "Wartung dauert länger, jetzt bis etwa Mo, 7.12., 01:00. Nicht erreichbar: Laden." in texts[3]
    assert providers.x.posts[0]["parent"] is None
    assert all(post["parent"] for post in providers.x.posts[1:])
    (page,) = providers.statuspage.incidents
    assert page["scheduled_for"] == "2099-12-06T23:00:00+01:00"
    assert page["scheduled_until"] == "2099-12-07T01:00:00+01:00"
    assert page["status"] == "completed"
    assert providers.statuspage.components["cmp1"] == "operational"
    assert len(page["incident_updates"]) == 5


def test_status_says_that_announced_work_is_late(page_only, monkeypatch, capsys):
    monkeypatch.chdir(page_only.parent)
    window = ("--from", "1ms", "--until", "1ms")
    assert run(["maintenance", TITLE, *window, "--yes"]) == 0
    capsys.readouterr()

    assert run(["status", "--check"]) == 10
    shown = capsys.readouterr().out
    assert "should have begun" in shown
    assert "maintenance start INC-1" in shown
    assert run(["maintenance", "start", "--yes"]) == 2
    assert "the announced window is over" in capsys.readouterr().err
    assert run(["maintenance", "start", "--until", "90m", "--yes"]) == 0
    capsys.readouterr()
    assert run(["status", "--check", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["incidents"][0]["late"] is False


def test_what_is_asked_about_names_the_window_and_the_one_before(page_only, monkeypatch, capsys):
    monkeypatch.chdir(page_only.parent)
    window = ("--from", "2099-12-05T22:00", "--until", "2099-12-07T02:00")
    assert run(["maintenance", TITLE, *window, "--yes"]) == 0
    assert "window: 2099-12-05 22:00 CET to 2099-12-07 02:00 CET" in capsys.readouterr().err

    move = ["maintenance", "move", "--from", "2099-12-06T22:00", "--until", "90m", "--dry-run"]
    assert run(move) == 0
    assert "announced before: 2099-12-05 22:00 CET to 2099-12-07 02:00 CET" in capsys.readouterr().out
    assert run([*move, "-o", "json"]) == 0
    preview = json.loads(capsys.readouterr().out)
    assert preview["window_ends"] == "2099-12-06T23:30:00+01:00"
    assert preview["former_starts"] == "2099-12-05T22:00:00+01:00"


def test_a_report_names_the_window_that_was_announced(page_only, monkeypatch, capsys):
    monkeypatch.chdir(page_only.parent)
    window = ("--from", "2099-12-05T22:00", "--until", "90m")
    assert run(["maintenance", TITLE, *window, "--yes"]) == 0
    capsys.readouterr()

    assert run(["report", "INC-1", "--lang", "de"]) == 0
    told = capsys.readouterr().out
    assert "Angekündigter Beginn:** 05.12.2099, 22:00 Uhr (MEZ)" in told
    assert "Angekündigtes Ende:** 05.12.2099, 23:30 Uhr (MEZ)" in told
