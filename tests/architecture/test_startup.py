"""Commands that send nothing do not load what sends, because in the worst hour every second counts."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.incident import Phase
from broadcast.testing.ledger_samples import NOON, incident, notice, owed

HEAVY = {
    "asyncio",
    "http",
    "ssl",
    "aiohttp",
    "aiosmtplib",
    "jinja2",
    "markdown_it",
    "phonenumbers",
    "pydantic",
    "requests",
    "sendgrid",
    "tweepy",
    "twilio",
}
CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["sms"]]
"""
REPORT_LOADED = """
import atexit, sys
atexit.register(lambda: print("loaded:", *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr))
from broadcast.__main__ import main
sys.argv[0] = "broadcast"
main()
"""


#: What the adapters themselves load: their options are shown with their defaults.
OF_ADAPTERS = ("asyncio", "http", "ssl")


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [(("--version",), ()), (("-h",), ()), (("status",), ()), (("config", "show"), OF_ADAPTERS)],
    ids=str,
)
def test_a_command_that_sends_nothing_loads_no_sdk(arguments, allowed, company):
    _, loaded = run(company, *arguments)

    assert (HEAVY - set(allowed)) & loaded == set()


@pytest.mark.parametrize("typed", ["update ", "--sandbox report IN", "notify --affects out"])
def test_completion_is_quick(typed, company):
    write_incidents(company / "broadcast.db", Phase.RESOLVED, Phase.MONITORING, Phase.RESOLVED)
    write_incidents(company / ".sandbox" / "broadcast.db", Phase.INVESTIGATING)
    words = f"broadcast {typed}"
    typing = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_BROADCAST_COMPLETE": "complete_bash",
    }

    offered, loaded = run(company, **typing)

    expected = {"update ": ["INC-2", "INC-3", "INC-1"], "--sandbox report IN": ["INC-1"]}
    assert offered.split() == expected.get(typed, ["outlook"])
    assert {*HEAVY, "rich"} & loaded == set()


def test_completion_without_a_ledger_offers_nothing_and_creates_none(company):
    typing = {"COMP_WORDS": "broadcast update ", "COMP_CWORD": "2", "_BROADCAST_COMPLETE": "complete_bash"}

    offered, _ = run(company, **typing)

    assert offered.split() == []
    assert not (company / "broadcast.db").exists()


@pytest.fixture
def company(tmp_path):
    (tmp_path / "broadcast.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "customers.csv").write_text("id,phone\n1,+4915112345678\n", encoding="utf-8")
    return tmp_path


def write_incidents(path, *phases):
    ledger = Ledger.open(path)
    for phase in phases:
        new = replace(incident(phase), ref=ledger.incidents.next_ref())
        ledger.incidents.record(notice(new, 1, owed("channel:site")), NOON)
    ledger.close()


def run(folder, *arguments, **environment):
    """Return the output of a command and the packages that it loaded."""
    command = [sys.executable, "-c", REPORT_LOADED, *arguments]
    outcome = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment}
    )
    report = outcome.stderr.splitlines()[-1]
    assert outcome.returncode == 0, outcome.stderr
    assert report.startswith("loaded:")
    return outcome.stdout, set(report.split())
