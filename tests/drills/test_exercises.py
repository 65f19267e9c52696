"""Exercises: what their files may say, and how they are graded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.drills.exercise import read_exercise
from broadcast.errors import ConfigError

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "examples" / "scenarios").glob("s*.toml"))
#: Seconds on the clock say how busy the machine is.
ON_THE_CLOCK = "from the command to the first notice"
COMPANY = """
[broadcast]
organisation = "Muster Handel"
locale = "en"
timezone = "Europe/Berlin"
region = "DE"
hotline = "+49 30 23125000"
live = false

[channels.email]
adapter = "sendgrid"
api_key = "env:KEY"
from = "status@muster.example"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:SID"
auth_token = "env:TOKEN"
from = "+4930231251"

[audiences.customers]
contacts = ["people.csv"]
lanes = [["email", "sms"]]
"""


def drill(*arguments, folder=ROOT):
    command = [sys.executable, "-m", "broadcast", "drill", "run", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def graded(*arguments, folder=ROOT):
    done = drill(*arguments, "-o", "json", folder=folder)
    assert done.returncode in {0, 4}, done.stderr
    [exercise] = json.loads(done.stdout)["exercises"]
    return {one["name"]: one for one in exercise["criteria"]}, exercise


@pytest.fixture
def company(tmp_path):
    (tmp_path / "broadcast.toml").write_text(COMPANY)
    (tmp_path / "people.csv").write_text(
        "id,name,email,phone\n1,Anna,anna@a.example,\n2,Berta,,0151 12345678\n"
    )

    def exercise(*steps):
        path = tmp_path / "exercise.toml"
        path.write_text("\n".join(f"[[step]]\n{step}" for step in steps))
        return path

    return exercise


NOTIFY = 'verb = "notify"\ntitle = "Down"'


@pytest.mark.parametrize(
    ("step", "message", "hint"),
    [
        ('at = "soon"', "step 1: at", "30m"),
        ('att = "1m"', "unknown field 'att'", "at"),
        ('verb = "notfy"', "no verb 'notfy'", "notify"),
        ('title = "Down"', "title is said by nobody", "notify"),
        ('faults = ["twilio:explode"]', "unknown kind 'explode'", ""),
        ('faults = "twilio:down"', "faults must be a list of texts", "faults = "),
        ("verb = 7", "no verb 7", "notify"),
        ("say = [", "is not TOML", "mend"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_step_and_the_fix(company, step, message, hint):
    with pytest.raises(ConfigError) as caught:
        read_exercise(company(step))

    assert message in str(caught.value)
    assert hint in (caught.value.hint or "")


def test_steps_out_of_order_and_a_missing_company_are_refused(company, tmp_path):
    with pytest.raises(ConfigError, match="step 2 is before"):
        read_exercise(company('at = "5m"', 'at = "4m"'))
    path = company('at = "0m"')
    (tmp_path / "broadcast.toml").unlink()
    with pytest.raises(ConfigError, match="there is no"):
        read_exercise(path)


def test_an_hour_is_played_in_seconds_and_a_late_word_breaks_its_promise(company):
    criteria, exercise = graded(
        company(
            f'at = "0m"\n{NOTIFY}\nnext_update = "10m"',
            'at = "25m"\nverb = "update"\nmessage = "Still down."\nnext_update = "30m"',
            'at = "50m"\nverb = "resolve"\nmessage = "Up again."',
        )
    )

    assert criteria["promises kept"]["measured"] == "1 of 2"
    assert not exercise["passed"]


def test_whoever_could_have_been_reached_and_was_not_fails_the_exercise(company):
    broken, _ = graded(company(f'faults = ["twilio:auth"]\n{NOTIFY}'))
    down, exercise = graded(company(f'faults = ["twilio:auth"]\ndown = ["twilio"]\n{NOTIFY}'))

    assert not broken["reached by every notice"]["met"]
    assert down["reached by every notice"]["met"]
    assert exercise["unreached"] == ["2"]


def test_naming_a_number_that_is_known_to_be_dead_is_found(company, tmp_path):
    number = '{ hotline = "+49 30 23125000" }'
    spoken, _ = graded(company(f'{NOTIFY}\naffects = ["landline"]\nvariables = {number}'))
    left_out, _ = graded(company(f'{NOTIFY}\naffects = ["landline"]'))

    assert not spoken["texts that name a dead way"]["met"]
    assert left_out["texts that name a dead way"]["met"]


def test_an_exercise_leaves_nothing_beside_the_company(company, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())

    drill(company(NOTIFY), folder=tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "exercise.toml"])


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_of_the_examples_is_mastered(path):
    criteria, exercise = graded(path)

    assert [name for name, one in criteria.items() if not one["met"] and name != ON_THE_CLOCK] == []
    assert exercise["unreached"] == []


def test_there_are_eight_scenarios():
    assert [path.stem[:2] for path in SCENARIOS] == [f"s{number}" for number in range(1, 9)]
