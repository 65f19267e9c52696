"""`hotline simulate`: callers from a file, for people and for programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[3] / "examples/hotline"
FACTS = '[[facts]]\ntitle = "Chat gestört"\nseverity = "sev2"\n'
CALL = '[[call]]\nfrom = "+4915112345678"\n'


@pytest.fixture
def simulate(tmp_path, broadcast):
    for file in EXAMPLE.iterdir():
        if file.suffix in {".toml", ".csv"}:
            shutil.copy(file, tmp_path)

    def run(calls=None, *words):
        if calls is not None:
            (tmp_path / "calls.toml").write_text(calls)
        return broadcast("hotline", "simulate", "calls.toml", *words)

    return run


def test_the_example_holds_and_leaves_no_ledger_behind(simulate, tmp_path):
    done = simulate()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "a mailbox answers" in done.stdout
    assert "5 calls, all as expected" in done.stdout
    assert "+4915112345678" not in done.stdout
    assert not list(tmp_path.glob("broadcast.db*"))


def test_what_does_not_hold_is_named_with_its_line(simulate):
    expected = 'expect = { hears = "Kasse", not_hears = "chat", ends_in = "human", sms = true }\n'
    done = simulate(f"{FACTS}{CALL}steps = [{{ hang_up = true }}]\n{expected}")

    assert done.returncode == 4
    for what in ('does not hear "Kasse"', 'hears "chat"', "ends in hung-up, not in human", "no SMS is sent"):
        assert f"calls.toml:4: expect: {what}" in done.stdout


def test_programs_get_every_call_as_data(simulate):
    done = simulate(f'{FACTS}{CALL}steps = [{{ press = "3" }}, {{ press = "1" }}]\n', "-o", "json")

    shown = json.loads(done.stdout)
    (call,) = shown["calls"]
    assert (shown["schema"], shown["passed"]) == ("broadcast.calls-simulated/1", True)
    assert (call["ends_in"], call["outcome"], call["sms"]) == ("callback", "call-back", False)
    assert {"at", "who", "to", "text"} == set(call["dialogue"][0])
    assert call["first_fact_s"] < 5


def test_without_facts_callers_hear_what_the_ledger_knows(simulate):
    done = simulate(f'{CALL}steps = [{{ hang_up = true }}]\nexpect = {{ hears = "keine Störung bekannt" }}\n')

    assert done.returncode == 0, done.stdout + done.stderr


def test_another_time_and_another_incident_can_be_tried(simulate, tmp_path):
    (tmp_path / "outage.toml").write_text('[[facts]]\ntitle = "Kasse gestört"\n')
    words = ("--at", "2026-12-24T08:00", "--incident-file", "outage.toml", "-o", "json")
    done = simulate(f'{FACTS}{CALL}expect = {{ hears = "Kasse gestört, gemeldet um 8 Uhr" }}\n', *words)

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["at"] == "2026-12-24T08:00:00+01:00"


@pytest.mark.parametrize(
    ("calls", "problem", "hint"),
    [
        ("", "has no call", "[[call]]"),
        ("[[call]\n", "calls.toml:1", "quotation marks"),
        ("[[call]]\n", "calls.toml:1: from: is missing", "from ="),
        ('[[call]]\nfrom = "0151"\n', "calls.toml:2: from: ", "+4930231250"),
        (f"{CALL}stepps = []\n", "calls.toml:3: stepps: is not known here", "did you mean steps?"),
        (f'{CALL}steps = [{{ press = "A" }}]\n', "calls.toml:3: steps: step 1: press has no keys", "0 to 9"),
        (f'{CALL}steps = [{{ wait = "5" }}]\n', 'step 1: wait "5" is not a duration', "30s"),
        (f"{CALL}steps = [{{ hang_up = false }}]\n", "step 1: hang_up", "hang_up = true"),
        (f'{CALL}steps = [{{ shout = "x" }}]\n', "step 1: shout is not known here", "say"),
        (f'{CALL}expect = {{ ends_in = "humann" }}\n', "calls.toml:3: ends_in: cannot be 'humann'", "human?"),
        (f'{CALL}expect = "human"\n', "calls.toml:3: expect: is not a table", "expect = {"),
        (
            f'{CALL}[[agent]]\nid = "a"\nanswers = "late"\n',
            "calls.toml:5: answers: cannot be 'late'",
            "accept",
        ),
        (f'{CALL}[[facts]]\nseverity = "sev2"\n', "calls.toml:3: title: is missing", "title ="),
        (f'{CALL}[[facts]]\ntitle = "x"\nseverity = "sev9"\n', "calls.toml:3: ", "sev1"),
        (f'mode = "of"\n{CALL}', "calls.toml:1: mode: cannot be 'of'", "auto"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place_and_the_fix(simulate, calls, problem, hint):
    done = simulate(calls)

    assert done.returncode == 2, done.stdout + done.stderr
    assert problem in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_company_without_a_hotline_is_told_how_to_get_one(simulate, tmp_path):
    text = (tmp_path / "broadcast.toml").read_text()
    (tmp_path / "broadcast.toml").write_text(text.replace("[hotline]", "[oncall.other]").split("[oncall")[0])
    done = simulate()

    assert done.returncode == 6
    assert "add [hotline]" in done.stderr
