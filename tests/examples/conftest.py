"""Examples run as a newcomer would run them: a shell, `broadcast` on the path, a home with nothing in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
MARK = re.compile(r"\[INC-\d+/(\d+)\]|INC-\d+, (?:Meldung|message) (\d+)")

CONFIG = """
[broadcast]
organisation = "Muster Handel"
locale = "en"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231251"

[audiences.customers]
contacts = ["people.csv"]
lanes = [["sms"]]
"""
PEOPLE = "id,name,phone\n1,Wren Kestrel,+447700900001\n2,Iris Lapwing,+447700900002\n"
OPTED_OUT = "3,Noah Dunnock,+447700900004\n"

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("example")


@pytest.fixture(scope="module")
def shell(folder, tmp_path_factory) -> Iterator[Shell]:
    """Runs a command in `folder`, with nothing of this machine's settings; ends the sandbox afterwards."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("LANG", "PYTHONPATH", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    environment = {**kept, "PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT)}

    def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=110,
            stdin=subprocess.DEVNULL,
        )

    yield run
    if (folder / "broadcast.toml").exists():
        run("broadcast", "sandbox", "stop")


@pytest.fixture(scope="module")
def company(folder) -> Path:
    """The folder of a company with one channel and two people."""
    (folder / "broadcast.toml").write_text(CONFIG)
    (folder / "people.csv").write_text(PEOPLE)
    return folder


@pytest.fixture
def people(company) -> Iterator[Path]:
    """Its contacts, as they were afterwards."""
    path = company / "people.csv"
    yield path
    path.write_text(PEOPLE)


def received(folder: Path) -> list[dict]:
    """What the sandbox's providers took, by its own record."""
    lines = (folder / ".sandbox" / "received.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def notice_of(message: dict) -> int:
    """The number of the notice that a message belongs to."""
    return int("".join(MARK.findall(message["text"])[-1]))
