"""`--propose` and `approve` on the command line."""

from __future__ import annotations

import json

import pytest

from tests.harness.configurations import ENVIRONMENT

EXTRA = """
[oncall.leads]
contacts = ["leads.csv"]
shifts = [{ who = "l-1", from = "00:00", until = "24:00" }, { who = "l-2", from = "00:00", until = "24:00" }]
[approval]
needed_for = ["sev1:customers"]
by = ["oncall:leads"]
"""
LEADS = "id,name,phone,email\nl-1,Ada,+4915112345678,\nl-2,Ben,+4915112345679,\n"
BEN = "+4915112345679"
NOTICE = ("notify", "Checkout down", "-s", "sev1")


@pytest.fixture
def muster(company, broadcast):
    company.configure(extra=EXTRA)
    company.write("leads.csv", LEADS)
    return lambda *words, author="Ada": broadcast(*words, env={**ENVIRONMENT, "BROADCAST_AUTHOR": author})


def test_a_notice_is_proposed_listed_and_released(muster, company):
    refused = muster(*NOTICE, "--yes")
    assert (refused.returncode, "--propose" in refused.stderr) == (8, True)

    proposed = muster(*NOTICE, "--propose")
    assert (proposed.returncode, proposed.stdout) == (
        0,
        "INC-1/1 proposed approve with: broadcast approve INC-1/1\nasked: l-2 by sms (accepted)\n",
    )
    (waiting,) = json.loads(muster("approve", "-o", "json").stdout)["proposals"]
    assert (waiting["proposal"], waiting["author"], waiting["state"]) == ("INC-1/1", "Ada", "waiting")

    own = muster("approve", "INC-1/1", "--yes")
    assert (own.returncode, "Ada is the author" in own.stderr) == (8, True)
    assert [one.to for one in company.received()] == [BEN]

    released = muster("approve", "INC-1/1", "--yes", "-o", "json", author="Ben")
    assert (released.returncode, json.loads(released.stdout)["incident"]) == (0, "INC-1")
    assert company.told_once("sendgrid")
    assert "nothing waits for approval" in muster("approve").stdout


def test_a_proposal_for_programs_has_its_hash_and_its_preview(muster):
    shown = json.loads(muster(*NOTICE, "--propose", "-o", "json").stdout)

    assert (shown["schema"], shown["proposal"], shown["notice"]) == ("broadcast.proposal/1", "INC-1/1", 1)
    assert len(shown["hash"]) == 64
    assert shown["preview"]["people"] == 3


def test_without_a_terminal_an_approval_needs_a_yes(muster):
    muster(*NOTICE, "--propose")

    done = muster("approve", "INC-1/1", "--as", "l-2")

    assert (done.returncode, "nothing was sent" in done.stderr) == (8, True)


def test_an_unknown_proposal_ends_with_exit_code_3(muster):
    assert muster("approve", "INC-9/1", "--yes").returncode == 3


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (("--at", "2h", "--yes"), 8, "second person"),
        (("--at", "2h", "--propose"), 2, "does not go with --at"),
    ],
)
def test_a_notice_that_needs_approval_is_not_scheduled(muster, words, code, fault):
    done = muster(*NOTICE, *words)

    assert (done.returncode, fault in done.stderr) == (code, True), done.stderr


def test_a_second_person_declines_and_the_reason_is_kept(muster, company):
    muster(*NOTICE, "--propose")

    done = muster("approve", "INC-1/1", "--decline", "--note", "wrong service", author="Ben")

    assert (done.returncode, done.stdout) == (0, "INC-1/1 declined by l-2; nothing is sent\n")
    refused = muster("approve", "INC-1/1", "--yes", author="Ben")
    assert (refused.returncode, "was declined by l-2: wrong service" in refused.stderr) == (8, True)
    assert [one.to for one in company.received()] == [BEN]


def test_only_the_author_takes_a_proposal_back(muster):
    muster(*NOTICE, "--propose")

    other = muster("approve", "INC-1/1", "--withdraw", author="Ben")
    own = muster("approve", "INC-1/1", "--withdraw", "-o", "json")

    assert (other.returncode, "cannot take it back" in other.stderr) == (8, True)
    assert (own.returncode, json.loads(own.stdout)["state"]) == (0, "withdrawn")
    assert muster("approve", "INC-1/1", "--yes", author="Ben").returncode == 8


def test_status_and_due_show_what_waits_and_who_was_asked(muster):
    muster(*NOTICE, "--propose")

    shown = muster("status").stdout
    (waiting,) = json.loads(muster("status", "-o", "json").stdout)["proposals"]
    (due,) = json.loads(muster("due", "-o", "json").stdout)["due"]

    assert "INC-1/1 (Checkout down) by Ada waits for approval until" in " ".join(shown.split())
    assert waiting["asked"] == [{"who": "l-2", "channel": "sms", "state": "accepted"}]
    assert (due["incident"], due["kind"], due["title"]) == ("INC-1", "approval", "Checkout down")

    muster("approve", "INC-1/1", "--yes", author="Ben")
    lines = muster("log", "INC-1").stdout
    assert "INC-1/1 approved by l-2 (command)" in lines
    assert "1 person asked to approve INC-1/1" in lines
