"""Exercises: their files, and how they are graded."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest

from broadcast.dispatch.progress import Event, EventKind
from broadcast.drills.exercise import read_exercise
from broadcast.drills.grade import first_notice
from broadcast.drills.play import Played, play
from broadcast.drills.shipped import find_exercise
from broadcast.errors import ConfigError
from broadcast.ledger.counts import Counts
from broadcast.model.clock import ManualClock
from broadcast.publishing.result import Result
from broadcast.sandbox.client import SandboxClient

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "examples" / "scenarios").glob("s*.toml"))
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


def broadcast(*arguments, folder=ROOT):
    command = [sys.executable, "-m", "broadcast", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


#: Depends on the machine. `benchmarks/latency.py` measures it, and no test asserts it.
SPEED = "from the command to the first notice"


def drill(*arguments, folder=ROOT):
    return broadcast("drill", "run", *arguments, folder=folder)


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
        ('title = "Down"', "title belongs to no verb", "notify"),
        ('faults = ["twilio:explode"]', "unknown kind 'explode'", ""),
        ('faults = "twilio:down"', "faults must be a list of texts", "faults = "),
        ("verb = 7", "no verb 7", "notify"),
        ("say = Nobody", "not TOML", "quotation marks"),
        ('heal = "yes"', "heal must be true or false", "heal = true"),
    ],
)
def test_an_error_in_a_file_is_named_with_its_step_and_the_fix(company, step, message, hint):
    with pytest.raises(ConfigError) as caught:
        read_exercise(company(step))

    assert message in str(caught.value)
    assert re.search(r"exercise\.toml:2\b", str(caught.value))
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


@pytest.mark.slow
def test_a_reachable_person_who_was_not_reached_fails_the_exercise(company):
    broken, _ = graded(company(f'faults = ["twilio:auth"]\n{NOTIFY}'))
    down, exercise = graded(company(f'faults = ["twilio:auth"]\ndown = ["twilio"]\n{NOTIFY}'))

    assert not broken["reached by every notice"]["met"]
    assert down["reached by every notice"]["met"]
    assert exercise["unreached"] == ["2"]


@pytest.mark.slow
def test_naming_a_number_that_is_known_to_be_dead_is_found(company, tmp_path):
    number = '{ hotline = "+49 30 23125000" }'
    spoken, _ = graded(company(f'{NOTIFY}\naffects = ["landline"]\nvariables = {number}'))
    left_out, _ = graded(company(f'{NOTIFY}\naffects = ["landline"]'))

    assert not spoken["texts that name a dead way"]["met"]
    assert left_out["texts that name a dead way"]["met"]


@pytest.mark.slow
def test_an_exercise_leaves_nothing_beside_the_company(company, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())

    drill(company(NOTIFY), folder=tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "exercise.toml"])


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_of_the_examples_is_mastered(path):
    criteria, exercise = graded(path)

    assert [name for name, one in criteria.items() if not one["met"] and name != SPEED] == []
    assert exercise["unreached"] == []


def test_there_are_eight_scenarios():
    assert [path.stem[:2] for path in SCENARIOS] == [f"s{number}" for number in range(1, 9)]


@pytest.mark.parametrize(
    ("step", "name", "hint"),
    [
        (f'{NOTIFY}\naffects = ["sendgird"]', "sendgird", "sendgrid"),
        ('down = ["twillio"]', "twillio", "twilio"),
        (f'{NOTIFY}\naudiences = ["customer"]', "customer", "customers"),
        (f'{NOTIFY}\nchannels = ["smss"]', "smss", "sms"),
        (f'{NOTIFY}\nnot_channels = ["mail"]', "mail", "email"),
        (f'{NOTIFY}\nseverity = "sev9"', "sev9", "sev1 (worst)"),
        ('verb = "update"\nphase = "identifyed"', "identifyed", "identified"),
    ],
)
def test_a_name_that_the_company_does_not_know_is_refused_before_anything_is_played(
    company, step, name, hint
):
    path = company(NOTIFY, f'at = "1m"\n{step}')

    outcome = drill(path)

    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if name in text)
    assert outcome.returncode == 6
    assert outcome.stdout == ""
    assert f"exercise.toml:{line}: step 2:" in outcome.stderr
    assert hint in outcome.stderr


def test_a_system_that_only_contact_points_depend_on_is_known(company, tmp_path):
    with (tmp_path / "broadcast.toml").open("a") as file:
        file.write(
            '\n[alternatives.bot]\nkind = "chat"\nvalue = "https://a.example/chat"\nfate = ["openai"]\n'
        )

    criteria, _ = graded(company(f'down = ["OpenAI"]\n{NOTIFY}\naffects = ["OpenAI"]'))

    assert criteria["steps carried out"]["met"]


def test_a_step_that_is_refused_fails_the_exercise_and_says_why(company):
    criteria, exercise = graded(company(NOTIFY, 'at = "2m"\nverb = "update"\nphase = "resolved"'))

    assert criteria["steps carried out"] == {
        "name": "steps carried out",
        "measured": "1 of 2",
        "asked": "all",
        "met": False,
    }
    assert [one.partition(": ")[0] for one in exercise["refused"]] == ["+0:02 update"]


def test_every_incident_of_an_exercise_is_graded(company):
    criteria, exercise = graded(
        company(
            f'{NOTIFY}\nnext_update = "10m"',
            'at = "1m"\nfaults = ["twilio:auth"]\nverb = "notify"\ntitle = "Slow"\nnext_update = "1h"',
            'at = "5m"\nverb = "resolve"\nincident = "INC-1"\nmessage = "Up again."',
            'at = "50m"\nheal = true',
        )
    )

    assert criteria["steps carried out"]["measured"] == "3 of 3"
    assert criteria["reached by every notice"]["measured"] == "1 of 2"
    assert not exercise["passed"]


def result(*, accepted):
    counts = Counts(planned=1, accepted=accepted)
    return Result(
        incident="INC-1",
        notice=1,
        kind="initial",
        phase="investigating",
        drill=False,
        key=None,
        replayed=False,
        changed=True,
        exit_code=0,
        sent_anything=True,
        counts=counts,
    )


def test_a_first_word_that_only_a_later_step_gets_out_is_late_by_the_exercises_clock(company):
    exercise = read_exercise(company(NOTIFY, 'at = "40m"\nverb = "retry"'))
    notify, retry = exercise.steps
    nobody_told = Played(step=notify, down=("twilio",), results=(result(accepted=0),))

    late = first_notice(
        exercise, [nobody_told, Played(step=retry, down=(), results=(result(accepted=1),), first_word=0.2)]
    )
    never = first_notice(exercise, [nobody_told])

    assert (late.measured, late.asked, late.met) == ("40 min", "2.0 s", False)
    assert (never.measured, never.met) == ("never", False)


class Waits:
    """A commander whose first message waits until another program has done its work."""

    async def publish(self, request, listener):
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", "sum(range(10**6))")
        assert await other.wait() == 0
        listener(Event(kind=EventKind.ACCEPTED, channel="sms"))
        return result(accepted=1)

    async def retry(self, on_unknown, listener):
        raise NotImplementedError

    async def escalate(self, asked):
        raise NotImplementedError

    async def tick(self):
        raise NotImplementedError


class Nowhere:
    """A sandbox that only has a clock."""

    def advance_to(self, until):
        pass


def test_other_programs_on_the_machine_fail_no_exercise(company):
    """The grade counts this program's own processor time, however busy the machine is."""
    exercise = read_exercise(company(NOTIFY))
    begun = time.monotonic()

    async def played():
        steps = play(exercise, Waits(), ManualClock(), cast("SandboxClient", Nowhere()), lambda step: None)
        return [step async for step in steps]

    [only] = asyncio.run(played())

    assert only.first_word < (time.monotonic() - begun) / 2


def test_the_exercises_that_come_with_the_program_are_listed_and_found_by_name(tmp_path):
    listed = json.loads(broadcast("drill", "list", "-o", "json", folder=tmp_path).stdout)["exercises"]
    wrong = drill("s7-short-outge", folder=tmp_path)

    assert [one["name"] for one in listed] == [path.stem for path in SCENARIOS]
    assert [one for one in listed if not one["about"] or one["minutes"] <= 0] == []
    assert {find_exercise(one["name"]) for one in listed} == {*SCENARIOS}
    assert wrong.returncode == 2
    assert "s7-short-outage" in wrong.stderr


def test_a_file_comes_before_an_exercise_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / SCENARIOS[0].stem).touch()

    assert find_exercise(SCENARIOS[0].stem) == Path(SCENARIOS[0].stem)
