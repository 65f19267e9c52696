"""From a proposal to what readers get, with real processes: asked, approved by the link, killed, sent."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from urllib.parse import urlsplit

import pytest

from tests.server.conftest import CONFIGURATION, TOKEN
from tests.server.test_process import PATIENCE, Program

pytestmark = pytest.mark.slow
MORE = """
contacts = ["people.csv"]

[oncall.leads]
contacts = ["leads.csv"]
shifts = [{ who = "l-1", from = "00:00", until = "24:00" }, { who = "l-2", from = "00:00", until = "24:00" }]

[approval]
needed_for = ["sev1:customers"]
by = ["oncall:leads"]
"""
READERS = [f"+49151123400{number:02}" for number in (11, 12, 13)]
BEN = "+4915112345679"


@pytest.fixture
def folder(tmp_path, sandbox):
    text = CONFIGURATION.format(desk=tmp_path / "desk.sock").replace("[ledger]", "live = true\n\n[ledger]")
    for adapter in ("twilio-sms", "twilio-voice"):
        text = text.replace(f'"{adapter}"', f'"{adapter}"\nbase_url = "{sandbox.url}/twilio"')
    (tmp_path / "broadcast.toml").write_text(text + MORE)
    people = "".join(f"p{number},{phone}\n" for number, phone in enumerate(READERS))
    (tmp_path / "people.csv").write_text(f"id,phone\n{people}")
    (tmp_path / "leads.csv").write_text(f"id,name,phone\nl-1,Ada,+4915112345678\nl-2,Ben,{BEN}\n")
    return tmp_path


def run(folder, *words):
    command = [sys.executable, "-m", "broadcast", "--config", str(folder / "broadcast.toml"), *words]
    environ = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, "BROADCAST_AUTHOR": "Ada"}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE)


def test_the_link_releases_exactly_once_even_if_the_process_is_killed_at_once(folder, sandbox):
    first = Program(folder)
    try:
        proposed = run(folder, "notify", "Kasse gestört", "-s", "sev1", "--next-update", "2h", "--propose")
        assert proposed.returncode == 0, proposed.stderr
        (asked,) = sandbox.received
        path = urlsplit(re.search(r"https://\S+", asked.text)[0]).path
        address = f"http://127.0.0.1:{first.port}{path}"
        assert "Kasse gestört" in urllib.request.urlopen(address, timeout=PATIENCE).read().decode()
        assert len(sandbox.received) == 1  # opening it sends nothing

        answer = urllib.request.urlopen(address, data=b"answer=approve", timeout=PATIENCE)
        assert "Freigegeben" in answer.read().decode()
    finally:
        first.end(signal.SIGKILL)
        first.process.stderr.close()
    ticked = run(folder, "tick")

    assert ticked.returncode == 0, ticked.stderr
    assert sorted(one.to for one in sandbox.received) == sorted([*READERS, BEN])
    assert "approved by l-2 (link)" in run(folder, "log", "INC-1").stdout
