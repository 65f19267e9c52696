"""Exercises that listen: receipts come back, people answer, and the clock goes on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.drills.exercise import read_exercise
from broadcast.errors import ConfigError

COMPANY = """
[broadcast]
organisation = "Muster Handel"
locale = "en"
timezone = "Europe/Berlin"
region = "DE"
hotline = "+49 30 23125000"
live = false

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:SID"
auth_token = "env:TOKEN"
from = "+4930231251"

[channels.call]
adapter = "twilio-voice"
account_sid = "env:SID"
auth_token = "env:TOKEN"
from = "+4930231251"

[audiences.engineers]
contacts = ["engineers.csv"]
lanes = [["sms"]]

[audiences.leads]
contacts = ["leads.csv"]
lanes = [["sms"]]

[escalation.duty]
steps = [
  { to = ["audience:engineers"], channels = ["call"], wait = "5m" },
  { to = ["audience:leads"], channels = ["call"], wait = "10m", needs = 2 },
]
"""
ENGINEER, FIRST, SECOND = "+4915112345670", "+4915112345671", "+4915112345672"
NOTIFY = 'at = "0m"\nverb = "notify"\ntitle = "Checkout down"\nnext_update = "1h"'
ESCALATE = 'at = "2m"\nverb = "escalate"\npolicy = "duty"'
RESOLVE = 'at = "30m"\nverb = "resolve"\nmessage = "Up again."'


def answer(at: str, number: str, said: str = 'key = "1"') -> str:
    return f'at = "{at}"\nanswers = [{{ number = "{number}", {said} }}]'


@pytest.fixture
def company(tmp_path: Path) -> Path:
    (tmp_path / "broadcast.toml").write_text(COMPANY)
    (tmp_path / "engineers.csv").write_text(f"id,name,phone\ne-1,Ada,{ENGINEER}\n")
    (tmp_path / "leads.csv").write_text(f"id,name,phone\nl-1,Ben,{FIRST}\nl-2,Cleo,{SECOND}\n")
    return tmp_path


def write(company: Path, *steps: str, head: str = "listen = true") -> Path:
    path = company / "exercise.toml"
    path.write_text("\n".join([head, *(f"[[step]]\n{step}" for step in steps)]))
    return path


def graded(company: Path, *steps: str, before: tuple[str, ...] = ()) -> tuple[dict, dict]:
    command = [*before, sys.executable, "-m", "broadcast", "drill", "run", str(write(company, *steps))]
    done = subprocess.run([*command, "-o", "json"], cwd=company, capture_output=True, text=True, timeout=120)
    assert done.returncode in {0, 4}, done.stderr
    [exercise] = json.loads(done.stdout)["exercises"]
    return {one["name"]: one["measured"] for one in exercise["criteria"]}, exercise


def test_receipts_come_back_and_two_people_confirm_by_key(company):
    both = f"{answer('9m', FIRST)}\n[[step]]\n{answer('10m', SECOND)}"

    measured, exercise = graded(company, NOTIFY, ESCALATE, both, RESOLVE)

    assert measured["arrived, says the provider"] == "6 of 6"
    assert measured["answers that count"] == "2 of 2"
    assert measured["escalations that were confirmed"] == "1 of 1"
    assert measured["escalations that went on after their end"] == "0"
    assert exercise["refused"] == []


def test_an_escalation_that_too_few_confirm_is_missed(company):
    measured, exercise = graded(company, NOTIFY, ESCALATE, answer("9m", FIRST), RESOLVE)

    assert measured["escalations that were confirmed"] == "0 of 1"
    assert not exercise["passed"]


def test_before_its_time_the_next_step_is_not_asked(company):
    """A key without a call is refused: the leads are called after five minutes, not after four."""
    measured, exercise = graded(company, NOTIFY, ESCALATE, answer("6m", FIRST))

    assert measured["steps carried out"] == "2 of 3"
    assert [one.partition(": ")[0] for one in exercise["refused"]] == ["+0:06 answers"]
    assert "no call that reads keys" in exercise["refused"][0]


def test_a_reply_to_a_notice_that_asks_counts(company):
    asking = f'{NOTIFY}\nconfirm_within = "15m"'

    measured, _ = graded(company, asking, answer("1m", ENGINEER, 'text = "Yes, on it"'))

    assert measured["answers that count"] == "1 of 1"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_it_needs_no_network(company):
    alone = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a namespace without a network needs root")

    measured, exercise = graded(company, NOTIFY, before=alone)

    assert (measured["arrived, says the provider"], exercise["refused"]) == ("3 of 3", [])


@pytest.mark.parametrize(
    ("step", "head", "message", "hint"),
    [
        (ESCALATE, "", "exercise.toml:4: step 1: nobody hears an answer", "listen = true"),
        (answer("1m", FIRST), "", "exercise.toml:4: step 1: nobody hears an answer", "listen = true"),
        ('verb = "escalate"', "listen = true", "policy is missing", 'policy = "duty"'),
        ('policy = "duty"', "listen = true", "policy belongs to no verb", "verb"),
        (f"{NOTIFY}\npolicy = 'duty'", "listen = true", "policy is no field of notify", "verb"),
        (f"{ESCALATE}\ntitle = 'Down'", "listen = true", "title is no field of escalate", "verb"),
        ('answers = ["1"]', "listen = true", "answers must be a list of tables", "number ="),
        (answer("1m", FIRST, "key = 1"), "listen = true", "a number, and a key or a text", 'key = "1"'),
        (answer("1m", FIRST, 'wrote = "ja"'), "listen = true", "unknown field 'wrote'", ""),
        (NOTIFY, "listen = 1", "listen must be true or false", "listen = true"),
    ],
)
def test_a_mistake_is_named_with_its_fix(company, step, head, message, hint):
    with pytest.raises(ConfigError) as caught:
        read_exercise(write(company, step, head=head))

    assert message in str(caught.value)
    assert hint in (caught.value.hint or "")


def test_a_policy_that_the_company_does_not_have_is_refused_before_it_begins(company):
    path = write(company, NOTIFY, ESCALATE.replace("duty", "dutty"))
    command = [sys.executable, "-m", "broadcast", "drill", "run", str(path)]

    done = subprocess.run(command, cwd=company, capture_output=True, text=True, timeout=60)

    assert done.returncode == 6
    assert 'exercise.toml:10: step 2: the company does not know "dutty" (policy)' in done.stderr
    assert "hint: did you mean duty?" in done.stderr
