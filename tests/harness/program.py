"""An organisation whose providers are a sandbox in this process, and the program run against it."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.cli.app import run
from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.records import Received
from broadcast.sandbox.server import Sandbox

#: Nothing else in the world looks like one of these.
SECRETS: Mapping[str, str] = {
    "TWILIO_AUTH_TOKEN": "sentinel0twilio0auth0token0e5a1",
    "SENDGRID_API_KEY": "SG.sentinel0sendgrid0api0key0b7c2",
    "X_CONSUMER_KEY": "sentinel0x0consumer0key0d3f3",
    "X_CONSUMER_SECRET": "sentinel0x0consumer0secret0a9e4",
    "X_ACCESS_TOKEN": "sentinel0x0access0token0c1d5",
    "X_ACCESS_TOKEN_SECRET": "sentinel0x0access0secret0f8b6",
    "STATUSPAGE_API_KEY": "sentinel0statuspage0key0e2a7",
    "SLACK_TOKEN": "xoxb-sentinel0slack0token0c4e8",
    "TEAMS_WEBHOOK_URL": (
        "https://prod-1.logic.azure.com/workflows/w1/triggers/manual/paths/invoke?sig=sentinel0teams0sig0d9f1"
    ),
    "SMTP_PASSWORD": "sntnl!pw8",
    "BROADCAST_INSTALL_SECRET": "sentinel0install0secret0b4d9",
}

_CONFIG = """\
[broadcast]
organisation = {organisation}
locale = "de"
timezone = "Europe/Berlin"
status_url = "https://status.muster.example"
hotline = "+49 30 23125000"
live = {live}
{templates}
[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231251"
base_url = "{urls[twilio]}"
timeout = "5s"
rate = 10000

[channels.email]
adapter = "sendgrid"
api_key = "env:SENDGRID_API_KEY"
from = "status@muster.example"
from_name = {organisation}
base_url = "{urls[sendgrid]}"
timeout = "5s"

[channels.post]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
{login}
from = "status@muster.example"
from_name = {organisation}
timeout = "5s"

[channels.x]
adapter = "x"
consumer_key = "env:X_CONSUMER_KEY"
consumer_secret = "env:X_CONSUMER_SECRET"
access_token = "env:X_ACCESS_TOKEN"
access_token_secret = "env:X_ACCESS_TOKEN_SECRET"
base_url = "{urls[x]}"
timeout = "5s"
rate = 10000

[channels.page]
adapter = "statuspage"
api_key = "env:STATUSPAGE_API_KEY"
page_id = "muster"
base_url = "{urls[statuspage]}"
timeout = "5s"
rate = 10000

[channels.room]
adapter = "slack"
token = "env:SLACK_TOKEN"
channel = "C0MUSTER01"
base_url = "{urls[slack]}"
timeout = "5s"
rate = 10000

[channels.cards]
adapter = "teams"
webhook_url = "env:TEAMS_WEBHOOK_URL"
base_url = "{urls[teams]}"
timeout = "5s"

[channels.site]
adapter = "site"
path = "public"
title = {organisation}

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email"], ["sms"], ["x"], ["page"], ["site"]]

[audiences.agents]
contacts = ["agents.csv"]
lanes = [["post"], ["room"], ["cards"]]
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a run of the program said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


@dataclass(slots=True)
class Company:
    """A folder with a configuration, and the sandbox its channels point at."""

    folder: Path
    sandbox: Sandbox
    urls: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        names = ("twilio", "sendgrid", "x", "statuspage", "slack", "teams")
        self.urls = {name: self.sandbox.base_url(name) for name in names}
        self.people("agents", [{"name": "Ada", "email": "ada@muster.example"}])
        self.people("customers", [PERSON])
        self.configure()

    def configure(
        self, organisation: str = "Muster Handel", *, live: bool = True, templates: str = "", login: str = ""
    ) -> None:
        settings = _CONFIG.format(
            organisation=toml(organisation),
            live=str(live).lower(),
            templates=f'templates = "{templates}"' if templates else "",
            login=login,
            urls=self.urls,
            smtp_port=self.sandbox.smtp_port,
        )
        self.write("broadcast.toml", settings)

    def people(self, audience: str, rows: Sequence[Mapping[str, str]]) -> None:
        with (self.folder / f"{audience}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, sorted({name for row in rows for name in row}))
            writer.writeheader()
            writer.writerows(rows)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: str, **environment: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        command = ["--config", str(self.folder / "broadcast.toml"), *arguments]
        redirected = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
        with _environment(self.folder, environment), redirected[0], redirected[1]:
            code = run(command)
        return Said(code, out.getvalue(), err.getvalue())

    def notify(self, *arguments: str, **environment: str) -> Said:
        return self.run("notify", "--yes", "-o", "json", *arguments, **environment)

    def received(self, provider: str = "") -> list[Received]:
        return [one for one in self.sandbox.received if provider in {"", one.provider}]

    def forget(self) -> None:
        """Begin anew: an empty ledger, nothing received, an empty page."""
        SandboxClient(self.sandbox.url).clear_received()
        self.sandbox.clear_faults()
        for path in sorted(self.folder.glob("public/**/*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for path in self.folder.glob("broadcast.db*"):
            if path.is_file():
                path.unlink()


PERSON: Mapping[str, str] = {
    "id": "1",
    "name": "Anna",
    "email": "anna@kunde.example",
    "phone": "+4915112345678",
    "note": "plain",
}


@contextlib.contextmanager
def company(folder: Path) -> Iterator[Company]:
    """A company in `folder`, its sandbox in a thread of its own."""
    sandbox = Sandbox()
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stopped = asyncio.Event()

    async def serve() -> None:
        async with sandbox:
            ready.set()
            await stopped.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait(timeout=10)
    try:
        yield Company(folder, sandbox)
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(timeout=10)
        loop.close()


def toml(text: str) -> str:
    """A TOML string; JSON would spell what lies above U+FFFF in halves."""
    return "".join(
        character if character.isascii() else f"\\U{ord(character):08x}"
        for character in json.dumps(text, ensure_ascii=False)
    ).replace("\x7f", "\\u007f")


@contextlib.contextmanager
def _environment(home: Path, extra: Mapping[str, str]) -> Iterator[None]:
    """The environment of a fresh user with the secrets in it; what was there comes back."""
    before = dict(os.environ)
    kept = {name: value for name, value in before.items() if name in {"PATH", "TMPDIR", "LANG"}}
    os.environ.clear()
    os.environ.update(kept, HOME=str(home), XDG_STATE_HOME=str(home / "state"), COLUMNS="100")
    os.environ.update(SECRETS)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
