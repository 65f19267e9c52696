"""Commands that send nothing load nothing that sends: in the worst hour every second counts."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
OF_ADAPTERS = {"asyncio", "http", "ssl"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [(("--version",), ()), (("-h",), ()), (("status",), ()), (("config", "show"), OF_ADAPTERS)],
    ids=str,
)
def test_a_command_that_sends_nothing_loads_no_sdk(arguments, allowed, tmp_path):
    (tmp_path / "broadcast.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "customers.csv").write_text("id,phone\n1,+4915112345678\n", encoding="utf-8")

    command = [sys.executable, "-c", REPORT_LOADED, *arguments]
    outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    report = outcome.stderr.splitlines()[-1]

    assert outcome.returncode == 0, outcome.stderr
    assert report.startswith("loaded:")
    assert HEAVY & set(report.split()) <= set(allowed)
