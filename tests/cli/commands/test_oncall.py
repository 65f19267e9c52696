"""`oncall`: who is on duty, gaps and absences, for people and for programs."""

from __future__ import annotations

import json

import pytest

CONFIG = """[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
[oncall.support]
contacts = ["agents.csv"]
shifts = [
  { who = "a-17", days = "mon-fri", from = "08:00", until = "18:00" },
  { who = "a-4", from = "18:00", until = "08:00" },
]
calendar = "shifts.ics"
"""
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261128T080000
DTEND;TZID=Europe/Berlin:20261128T180000
RRULE:FREQ=WEEKLY;BYDAY=SA
SUMMARY:On call: Anna Berg
END:VEVENT
END:VCALENDAR
"""
CONTACTS = "id,name,phone,email\na-17,Anna Berg,+4915112345678,\na-4,Ben,,ben@muster.example\n"
MONDAY, SUNDAY = "2027-03-01T09:00", "2027-03-07T09:00"


@pytest.fixture
def oncall(tmp_path, broadcast):
    (tmp_path / "broadcast.toml").write_text(CONFIG)
    (tmp_path / "agents.csv").write_text(CONTACTS)
    (tmp_path / "shifts.ics").write_text(CALENDAR)
    return lambda *words: broadcast("oncall", *words)


def read(done):
    return json.loads(done.stdout)


def test_the_person_on_duty_is_shown_with_the_next_one_and_the_gaps(oncall):
    done = oncall("support", "--at", MONDAY, "-o", "json")

    shown = read(done)
    (rota,) = shown["rotas"]
    assert (done.returncode, shown["schema"], shown["at"]) == (0, "broadcast.oncall/1", f"{MONDAY}:00+01:00")
    assert rota["on_duty"] == [
        {
            "id": "a-17",
            "name": "Anna Berg",
            "phone": "+49 151 ••• 78",
            "email": "",
            "until": "2027-03-01T18:00:00+01:00",
            "barred": [],
        }
    ]
    assert (rota["next"]["at"], rota["next"]["on_duty"][0]["id"]) == ("2027-03-01T18:00:00+01:00", "a-4")
    assert rota["gaps"] == [{"from": "2027-03-07T08:00:00+01:00", "until": "2027-03-07T18:00:00+01:00"}]


def test_addresses_are_masked_unless_asked_for(oncall):
    masked, clear = oncall("--at", MONDAY), oncall("--at", MONDAY, "--clear-text")

    assert "+4915112345678" not in masked.stdout
    assert "+4915112345678" in clear.stdout


def test_a_gap_ends_with_exit_code_3(oncall):
    done = oncall("--at", SUNDAY)

    assert done.returncode == 3
    assert "nobody is on duty" in done.stdout


def test_a_shift_from_a_calendar_names_its_person(oncall):
    rota = read(oncall("--at", "2027-03-06T09:00", "-o", "json"))["rotas"][0]

    assert ([one["id"] for one in rota["on_duty"]], rota["unknown"]) == (["a-17"], [])


def test_an_absence_opens_gaps_and_is_taken_back(oncall):
    entered = oncall(
        "absent", "a-17", "--from", "2027-03-01", "--until", "2027-03-02", "--note", "x", "-o", "json"
    )

    assert read(entered)["schema"] == "broadcast.absences/1"
    assert read(entered)["absences"][0]["until"] == "2027-03-03T00:00:00+01:00"
    assert [gap["from"] for gap in read(entered)["gaps"]] == [
        "2027-03-01T08:00:00+01:00",
        "2027-03-02T08:00:00+01:00",
    ]
    assert oncall("--at", MONDAY).returncode == 3
    assert [one["id"] for one in read(oncall("absent", "--list", "-o", "json"))["absences"]] == ["a-17"]

    assert oncall("absent", "anna berg", "--cancel").returncode == 0
    assert oncall("--at", MONDAY).returncode == 0
    assert oncall("absent", "a-17", "--cancel").returncode == 3


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (("suport",), 2, "there is no rota suport"),
        (("--at", "yesterday"), 2, "is not a time"),
        (("absent", "zed", "--until", "2d"), 2, "no contacts file of a rota has zed"),
        (("absent", "a-17"), 2, "--until is missing"),
        (("absent", "--until", "2d"), 2, "nobody is named"),
        (("absent", "a-17", "--from", "2027-03-02", "--until", "2027-03-01"), 2, "begins at"),
        (("absent", "a-17", "--from", "2020-01-01", "--until", "2020-01-02"), 2, "would be over"),
    ],
)
def test_mistakes_are_refused_with_a_hint(oncall, words, code, fault):
    done = oncall(*words)

    assert (done.returncode, fault in done.stderr, "hint: " in done.stderr) == (code, True, True), done.stderr


def test_without_a_rota_nothing_matches(tmp_path, broadcast):
    (tmp_path / "broadcast.toml").write_text(CONFIG.partition("[oncall")[0])

    done = broadcast("oncall")

    assert (done.returncode, "there is no rota" in done.stderr) == (3, True)


def test_config_check_warns_of_gaps_and_of_people_without_an_entry(tmp_path, oncall, broadcast):
    (tmp_path / "broadcast.toml").write_text(CONFIG.replace('who = "a-4"', 'who = "a-99"'))

    done = broadcast("config", "check")

    assert done.returncode == 0
    assert "rota support: a-99 has shifts and is in no contacts file" in done.stderr
    assert "rota support: nobody is on duty from" in done.stderr


def test_config_check_refuses_a_calendar_that_is_missing(tmp_path, oncall, broadcast):
    (tmp_path / "shifts.ics").unlink()

    done = broadcast("config", "check")

    assert (done.returncode, "there is no file" in done.stderr) == (6, True)


def test_forgetting_a_person_reaches_absences_and_the_export_shows_them(oncall, broadcast):
    oncall("absent", "a-17", "--until", "2d", "--note", "Ben stands in")

    shown = read(broadcast("contacts", "export-person", "a-17", "-o", "json"))
    forgotten = broadcast("forget", "a-17", "--yes", "-o", "json")

    assert [(one["id"], one["note"]) for one in shown["absences"]] == [("a-17", "Ben stands in")]
    assert (forgotten.returncode, read(forgotten)["absences"]) == (0, 1), forgotten.stderr
    assert read(oncall("absent", "--list", "-o", "json"))["absences"] == []


def test_who_gets_no_sms_any_more_is_shown(oncall, broadcast):
    broadcast("contacts", "suppress", "+4915112345678", "--reason", "opted-out")

    shown = read(oncall("support", "--at", MONDAY, "-o", "json"))
    said = oncall("support", "--at", MONDAY).stdout

    (anna,) = shown["rotas"][0]["on_duty"]
    assert (anna["phone"], anna["barred"]) == ("+49 151 ••• 78", ["sms opted out"])
    assert "Anna Berg is not reached: sms opted out" in said
