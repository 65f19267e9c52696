"""The pipelines cannot run here; their form and every command in them can be looked at."""

from __future__ import annotations

import re

import pytest

from tests.examples.conftest import EXAMPLES

yaml = pytest.importorskip("yaml", reason="no YAML parser is installed")
GITHUB = EXAMPLES / "ci/github-actions.yml"
GITLAB = EXAMPLES / "ci/gitlab-ci.yml"


def github() -> dict:
    return yaml.safe_load(GITHUB.read_text(encoding="utf-8"))


def gitlab() -> dict:
    return yaml.safe_load(GITLAB.read_text(encoding="utf-8"))


def scripts() -> list[str]:
    steps = [step["run"] for job in github()["jobs"].values() for step in job["steps"] if "run" in step]
    return steps + [line for job in gitlab().values() for line in job.get("script", ())]


def test_no_input_becomes_part_of_a_script():
    assert [script for script in scripts() if "${{" in script] == []


def test_every_notice_has_a_key_a_guard_and_a_deadline():
    telling = [script for script in scripts() if "--message" in script]

    assert len(telling) == 4
    for script in telling:
        for option in ('--key "$KEY"', "--yes", "--max-recipients", "--deadline"):
            assert option in script


def test_a_run_that_is_repeated_has_the_same_key():
    [step] = [step for step in github()["jobs"]["tell"]["steps"] if "run" in step]

    assert "run_attempt" not in step["env"]["KEY"]
    assert "CI_JOB_ID" not in gitlab()[".broadcast"]["variables"]["KEY"]


def test_every_option_exists(shell):
    for verb, said in (
        ("notify", '"\\$VERB"|notify'),
        ("update", "update"),
        ("resolve", "resolve"),
        ("status", "status"),
    ):
        lines = [script for script in scripts() if re.search(rf"broadcast (\$SANDBOX )?({said})", script)]
        used = {option for line in lines for option in re.findall(r"(?<=\s)--[a-z-]+", line)}
        helped = shell("broadcast", verb, "-h").stdout

        assert used
        assert [option for option in used if option not in helped] == []


def test_scripts_are_sound(shell):
    for script in scripts():
        assert shell("bash", "-n", "-c", script).stderr == ""


def test_secrets_come_from_the_platform(shell):
    text = GITHUB.read_text(encoding="utf-8")

    for name in re.findall(r"(\w+(?:TOKEN|KEY|SID)): (.+)", text):
        if name[0] != "KEY":
            assert name[1].startswith("${{ secrets.")
