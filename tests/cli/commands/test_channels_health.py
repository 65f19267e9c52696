"""`channels health`: which ways work, told from this machine's ledger, the channels and their providers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.harness.program import run

TROUBLE = {"status": {"indicator": "major", "description": "Mail is late"}, "incidents": []}


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]  # set where it is made
        body = json.dumps(TROUBLE).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def status_page() -> Iterator[ThreadingHTTPServer]:
    """A provider's public page, on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    server.asked = []  # type: ignore[attr-defined]  # what was asked for
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def failing(rehearsal) -> Iterator[Callable[[str], None]]:
    """Let a provider fail, until the test is over."""

    def fail(fault: str) -> None:
        assert run(rehearsal, "sandbox", "fault", fault).returncode == 0

    yield fail
    run(rehearsal, "sandbox", "fault", "--clear")


def found(outcome) -> dict[str, dict]:
    return {one["name"]: one for one in json.loads(outcome.stdout)["channels"]}


def test_all_is_well_after_a_notice_and_the_reasons_are_told(rehearse):
    assert rehearse("notify", "T", "-m", "x", "--yes", "-o", "quiet").returncode == 0

    outcome = rehearse("channels", "health", "-o", "json")
    offline = rehearse("channels", "health", "--no-probe", "-o", "json")

    assert (outcome.returncode, offline.returncode) == (0, 0), outcome.stderr
    assert {one["condition"] for one in found(outcome).values()} == {"works"}
    assert found(outcome)["email"]["traffic"]["accepted"] > 0
    assert (found(offline)["email"]["source"], found(offline)["email"]["probe"]) == ("ledger", None)
    assert found(offline)["mail-backup"]["condition"] == "not known"


def test_a_required_channel_that_is_down_is_exit_code_6(rehearse, failing):
    failing("sendgrid:down")
    failing("x:down")

    outcome = rehearse("channels", "health")
    optional = rehearse("channels", "health", "x")
    well = rehearse("channels", "health", "sms")

    assert (outcome.returncode, optional.returncode, well.returncode) == (6, 0, 0)
    assert "down" in outcome.stdout
    assert "the provider fails (HTTP 503)" in outcome.stdout


def test_a_provider_that_announces_trouble_makes_its_channel_doubtful_and_is_asked_once_a_minute(
    rehearsal, status_page
):
    page = f"http://127.0.0.1:{status_page.server_port}/api/v2/summary.json"
    config = (rehearsal / "broadcast.toml").read_text(encoding="utf-8")
    own = rehearsal / "own.toml"
    own.write_text(f'{config}\n[status_pages]\ntwilio = "{page}"\n')

    outcomes = [
        run(rehearsal, "--config", "own.toml", "--sandbox", "channels", "health", "sms", "-o", "json")
        for _ in range(2)
    ]

    assert [outcome.returncode for outcome in outcomes] == [0, 0]
    for outcome in outcomes:
        sms = found(outcome)["sms"]
        assert (sms["condition"], sms["reason"]) == ("doubtful", "twilio says: Mail is late")
    assert status_page.asked == ["/api/v2/summary.json"]


def test_a_rehearsal_asks_no_real_status_page(rehearse):
    document = json.loads(rehearse("channels", "health", "-o", "json").stdout)

    assert document["providers"] == {}


def test_with_a_damaged_ledger_the_channels_own_answers_have_to_do(broadcast, page_only, tmp_path):
    (tmp_path / "broadcast.db").write_bytes(b"x" * 8192)

    outcome = broadcast("channels", "health")

    assert outcome.returncode == 0
    assert "works" in outcome.stdout
    assert "without what was sent lately" in outcome.stdout


def test_an_unknown_channel_is_named_with_what_was_meant(rehearse):
    outcome = rehearse("channels", "health", "emial")

    assert outcome.returncode == 2
    assert "did you mean email?" in outcome.stderr
