"""The runbook's script against the sandbox: every exit code is answered, and nobody is told twice."""

from __future__ import annotations

import shutil

import pytest

from tests.examples.conftest import EXAMPLES, OPTED_OUT, PEOPLE, received

pytestmark = pytest.mark.slow  # each test starts several real commands


@pytest.fixture(scope="module")
def runbook(shell, company):
    def run(key, *options, message="Please call us.", **variables):
        variables = {"BROADCAST_SANDBOX": "--sandbox", "KEY": key} | variables
        return shell(EXAMPLES / "runbook.sh", "Checkout down", message, *options, **variables)

    return run


def told(folder):
    return [message["to"] for message in received(folder)]


def test_it_tells_everyone_and_says_so(runbook, folder):
    finished = runbook("all-well")

    assert finished.returncode == 0, finished.stderr
    assert "everyone was told: INC-1" in finished.stdout


def test_the_same_key_tells_nobody_twice(runbook, shell, folder):
    assert runbook("again").returncode == 0
    shell("broadcast", "sandbox", "stop")  # has everything written down
    before = told(folder)

    assert runbook("again").returncode == 0
    shell("broadcast", "sandbox", "stop")
    assert told(folder) == before


def test_the_same_key_for_another_text_pages_somebody(runbook):
    assert runbook("taken").returncode == 0
    finished = runbook("taken", message="Something else.")

    assert finished.returncode == 9
    assert "PAGE: nothing was sent: KEY=taken belongs to another text" in finished.stderr


def test_somebody_who_cannot_be_reached_is_not_passed_over(runbook, people):
    people.write_text(PEOPLE + OPTED_OUT)
    finished = runbook("opted-out")

    assert finished.returncode == 4
    assert "some people could not be reached" in finished.stderr


def test_a_provider_that_recovers_is_tried_again(runbook, shell):
    shell("broadcast", "sandbox", "fault", "twilio:status=503,times=2")
    finished = runbook("recovers")

    assert finished.returncode == 0, finished.stderr


def test_too_many_people_are_a_guard_not_a_crowd(runbook):
    finished = runbook("too-many", MAX_RECIPIENTS="1")

    assert finished.returncode == 8
    assert "nothing was sent" in finished.stderr


def test_nobody_to_tell_pages_somebody(runbook, people):
    people.write_text("id,name,phone\n")
    finished = runbook("nobody")

    assert finished.returncode == 3
    assert "no contact matched" in finished.stderr


def test_a_broken_configuration_pages_somebody(runbook, folder):
    finished = runbook("broken", BROADCAST_CONFIG=str(folder / "missing.toml"))

    assert finished.returncode == 6
    assert "configuration or a text is wrong" in finished.stderr


def test_a_ledger_that_is_none_pages_somebody(runbook, folder):
    ledger = folder / ".sandbox/broadcast.db"
    kept = ledger.read_bytes()
    ledger.write_bytes(b"no ledger")
    finished = runbook("no-ledger")
    ledger.write_bytes(kept)

    assert finished.returncode == 12
    assert "the ledger cannot be written" in finished.stderr


def test_without_a_key_it_does_not_begin(shell, runbook):
    finished = shell(
        EXAMPLES / "runbook.sh", "Checkout down", "Please call us.", BROADCAST_SANDBOX="--sandbox"
    )

    assert finished.returncode != 0
    assert "set KEY" in finished.stderr


@pytest.mark.parametrize("script", sorted(EXAMPLES.rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_sound(shell, script):
    assert shell("bash", "-n", script).stderr == ""
    if shutil.which("shellcheck"):
        assert shell("shellcheck", script).stdout == ""
