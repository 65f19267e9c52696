"""`broadcast --sandbox serve`, and what the sandbox sends to it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest

from broadcast.config.load import load
from broadcast.sandbox import daemon
from broadcast.sandbox.serving import announced, serving_note

CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"
hotline = "+49 30 23125000"
{serve}
[channels.sms]
adapter = "twilio-sms"
account_sid = "env:NOT_SET"
auth_token = "env:NOT_SET"
shared_key = "env:NOT_SET"
from = "+4930231250"

[channels.call]
adapter = "twilio-voice"
account_sid = "env:NOT_SET"
auth_token = "env:NOT_SET"
from = "+4930231250"

[channels.mail]
adapter = "sendgrid"
api_key = "env:NOT_SET"
from = "stoerung@muster.example"

[audiences.field]
contacts = ["field.csv"]
lanes = [["call"], ["sms"], ["mail"]]
"""
CONTACTS = "id,name,phone,email,locale\na1,Anna Muster,+4915112345678,anna@muster.example,de\n"
ANNA = "+4915112345678"


class Rehearsal:
    """A folder in which commands run as in a shell."""

    def __init__(self, folder: Path, serve: str = "") -> None:
        self.folder = folder
        (folder / "broadcast.toml").write_text(CONFIGURATION.format(serve=serve))
        (folder / "field.csv").write_text(CONTACTS)

    def run(self, *words: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "broadcast", *words]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def notify(self) -> None:
        words = ("notify", "Kasse", "-m", "Bitte anrufen.", "--severity", "sev2", "--yes")
        self.run("--sandbox", *words)

    def delivered(self) -> int:
        shown = json.loads(self.run("--sandbox", "status", "INC-1", "-o", "json"))
        (incident,) = shown["incidents"]
        return int(incident["counts"]["delivered"])

    @contextmanager
    def serving(self) -> Iterator[IO[str]]:
        """Run `serve`, and return its log once it accepts requests."""
        command = [sys.executable, "-m", "broadcast", "--sandbox", "serve"]
        process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        try:
            first = process.stderr.readline()
            assert first.startswith("listening: http://127.0.0.1:"), first + process.stderr.read()
            yield process.stderr
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    yield Rehearsal(tmp_path)
    daemon.stop(tmp_path / ".sandbox")


def requests(log: IO[str], count: int) -> list[tuple[str, int]]:
    """Wait for as many requests; returns the channel and the status of each."""
    read = [json.loads(log.readline()) for _ in range(count)]
    return sorted((one["channel"], one["status"]) for one in read)


def test_receipts_of_every_provider_come_back(rehearsal):
    with rehearsal.serving() as log:
        rehearsal.notify()

        assert requests(log, 3) == [("call", 204), ("mail", 204), ("sms", 204)]
        assert rehearsal.delivered() == 3


def test_a_person_replies_and_presses_a_key(rehearsal):
    with rehearsal.serving() as log:
        rehearsal.notify()
        requests(log, 3)

        assert "answer: " in rehearsal.run("sandbox", "reply", "+49 (0)151/123-45678", "Wann geht es wieder?")
        assert f"these numbers did: {ANNA}" in rehearsal.run("sandbox", "reply", "+49 30 1", "Ja", code=2)
        assert "heard: " in rehearsal.run("sandbox", "press", ANNA, "1")
        assert requests(log, 2) == [("call", 200), ("sms", 200)]

    assert "Wann geht es wieder?" in rehearsal.run("--sandbox", "log", "INC-1")


def test_a_person_calls_the_hotline_and_an_agent_accepts(tmp_path):
    example = Path(__file__).parents[2] / "examples/hotline"
    hotline = Rehearsal(tmp_path)
    for name in ("broadcast.toml", "agents.csv"):
        (tmp_path / name).write_text((example / name).read_text())
    try:
        assert "nobody answers calls" in hotline.run("sandbox", "call", code=2)
        with hotline.serving():
            heard = hotline.run("sandbox", "call", "--press", "0")
            shown = json.loads(hotline.run("sandbox", "call", "--say", "tschüss", "-o", "json"))
            counted = json.loads(hotline.run("--sandbox", "hotline", "status", "-o", "json"))
    finally:
        daemon.stop(tmp_path / ".sandbox")

    assert "caller: presses 0" in heard
    assert "agent: presses 1" in heard
    assert "-- connected with +4915155500117" in heard
    assert shown["schema"] == "broadcast.sandbox-call/1"
    assert counted["today"] == {"calls": 2, "running": 0, "outcomes": {"human": 1, "informed": 1}}


def test_without_serve_nobody_listens_and_nothing_is_said_about_receipts(rehearsal):
    rehearsal.notify()

    refused = rehearsal.run("sandbox", "reply", ANNA, "Ja", code=2)

    assert "nobody listens to replies" in refused
    assert "broadcast --sandbox serve" in refused
    assert serving_note(rehearsal.folder / ".sandbox") is None


def test_the_note_of_a_serve_that_ended_misleads_nobody(rehearsal):
    folder = rehearsal.folder / ".sandbox"
    with rehearsal.serving():
        note = serving_note(folder)
        assert note is not None
        assert set(note.hooks) == {"twilio-sms", "sendgrid"}

    assert serving_note(folder) is None


@pytest.mark.parametrize(
    ("url", "public", "kept"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("http://localhost:9000", "127.0.0.1:9000", True),
        ("https://notify.muster.example", "0.0.0.0:8080", False),
    ],
)
def test_an_address_on_this_machine_is_kept_and_any_other_replaced(tmp_path, url, public, kept):
    path = tmp_path / "broadcast.toml"
    path.write_text(CONFIGURATION.format(serve=f'[serve]\nurl = "{url}"\npublic = "{public}"'))
    settings = load(path, {}, tmp_path)

    with announced(settings, tmp_path / ".sandbox") as used:
        assert (used.serve == settings.serve) == kept
        assert used.serve.url
        assert used.serve.url.startswith("http://")
        assert kept or used.serve.public.startswith("127.0.0.1:")


@pytest.mark.parametrize(
    ("channel", "size", "status"),
    [("mail", 800_000, 403), ("mail", 1_100_000, 413), ("sms", 200_000, 403), ("sms", 300_000, 413)],
)
def test_only_sendgrid_posts_large_batches(served_folder, channel, size, status):
    note = serving_note(served_folder)
    assert note
    place = urlsplit(note.url)
    with closing(HTTPConnection(place.hostname or "", place.port, timeout=10)) as connection:
        connection.request("POST", f"/hooks/{channel}", b"a" * size)
        assert connection.getresponse().status == status


@pytest.fixture(scope="module")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("served")
    with Rehearsal(folder).serving():
        yield folder / ".sandbox"
    daemon.stop(folder / ".sandbox")
