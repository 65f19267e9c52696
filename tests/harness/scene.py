"""An organisation with a configuration, contacts and a ledger, whose commands run as real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fake_providers.strict_server import SECRETS, Strict
from tests.harness import fork_server as forked

ROOT = Path(__file__).parents[2]
_LONGEST = 90  # seconds; a command that takes longer hangs

CONFIG = """\
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
status_url = "https://muster.example"
hotline = "+49 30 23125000"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"
base_url = "{twilio}"
concurrency = 4
settle = "500ms"

[channels.email]
adapter = "sendgrid"
api_key = "env:SENDGRID_API_KEY"
from = "status@muster.example"
from_name = "Muster Handel"
base_url = "{sendgrid}"

[channels.mail]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp}
tls = "none"
from = "leitung@muster.example"

[channels.x]
adapter = "x"
consumer_key = "env:X_CONSUMER_KEY"
consumer_secret = "env:X_CONSUMER_SECRET"
access_token = "env:X_ACCESS_TOKEN"
access_token_secret = "env:X_ACCESS_TOKEN_SECRET"
base_url = "{x}"
settle = "500ms"

[channels.mastodon]
adapter = "mastodon"
access_token = "env:MASTODON_ACCESS_TOKEN"
base_url = "{mastodon}"
settle = "500ms"

[channels.bluesky]
adapter = "bluesky"
identifier = "muster.example"
password = "env:BLUESKY_PASSWORD"
base_url = "{bluesky}"
settle = "500ms"

[channels.page]
adapter = "statuspage"
api_key = "env:STATUSPAGE_API_KEY"
page_id = "kctbh9vrtdwd"
base_url = "{statuspage}"
settle = "500ms"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything it printed."""
        return self.out + self.err

    @property
    def result(self) -> dict[str, Any]:
        """What `-o json` printed."""
        read: dict[str, Any] = json.loads(self.out)
        return read


@dataclass(frozen=True, slots=True)
class Scene:
    """A folder that commands run in, with the secrets in their environment."""

    folder: Path

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.folder / "broadcast.db"

    @property
    def config(self) -> Path:
        """The configuration's file."""
        return self.folder / "broadcast.toml"

    def edit(self, old: str, new: str) -> None:
        """Replace a text of the configuration."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def environment(self, **changes: str | None) -> dict[str, str]:
        """What commands find around them: nothing of ours but the path; None takes a variable away."""
        own = {"HOME": str(self.folder / "home"), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        around = {"PATH": os.environ.get("PATH", ""), **own, **SECRETS, **changes}
        return {name: value for name, value in around.items() if value is not None}

    def start(self, *arguments: str, **changes: str | None) -> subprocess.Popen[str]:
        """Start a command and leave it alone."""
        return subprocess.Popen(
            [sys.executable, "-m", "broadcast", *arguments],
            cwd=self.folder,
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments: str, stdin: str = "", **changes: str | None) -> Run:
        """Run a command to its end; `changes` are of its environment, and ask for a new interpreter."""
        if not changes:
            done = forked.run(arguments, self.folder, self.environment(), stdin, _LONGEST)
            return Run(done.returncode, done.stdout, done.stderr)
        done = subprocess.run(
            [sys.executable, "-m", "broadcast", *arguments],
            cwd=self.folder,
            env=self.environment(**changes),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_LONGEST,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def send(self, *arguments: str) -> Run:
        """Run a command that publishes; its result is JSON."""
        return self.run(*arguments, "--yes", "-o", "json")


def ended(process: subprocess.Popen[str]) -> Run:
    """Wait for a started command."""
    out, err = process.communicate(timeout=_LONGEST)
    return Run(process.returncode, out, err)


def set_up(folder: Path, providers: Strict, audiences: str) -> Scene:
    """Write the configuration: every channel, and these audiences."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = Scene(folder)
    scene.config.write_text(CONFIG.format(**providers.addresses) + audiences, encoding="utf-8")
    return scene
