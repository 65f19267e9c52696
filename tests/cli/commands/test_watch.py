"""`watch` as people run it: from cron, in a terminal, and against a rehearsal's providers."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.program import environment, run


@pytest.fixture
def watched(page_only, tmp_path):
    """A folder whose only channel is a page."""
    return tmp_path


def started(folder, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "broadcast", "watch", *arguments]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_from_cron_a_failing_channel_is_drafted_sent_by_nobody_and_closed(rehearsal):
    config = (rehearsal / "broadcast.toml").read_text(encoding="utf-8")
    (rehearsal / "w.toml").write_text(f"{config}\n[watch]\ndown_after = 1\nup_after = 1\nactivate = true\n")

    def cron(*arguments: str):
        return run(rehearsal, "--config", "w.toml", "--sandbox", "watch", "--once", *arguments)

    assert cron("-q").stdout == ""
    run(rehearsal, "sandbox", "fault", "sendgrid:down")
    try:
        failing = cron("-o", "json")
        draft = Path(json.loads(failing.stdout)["draft"]).read_text(encoding="utf-8")
        [tried] = [line for line in draft.splitlines() if line.endswith("--dry-run")]
        preview = run(rehearsal, *shlex.split(tried)[1:])
        plan = run(rehearsal, "--config", "w.toml", "--sandbox", "plan", "-a", "customers", "-o", "json")
    finally:
        run(rehearsal, "sandbox", "fault", "--clear")
    over = cron("-q")

    found = json.loads(failing.stdout)
    assert preview.returncode == 0, preview.stderr
    assert "email comes last: down since" in preview.stdout
    assert failing.returncode == 6
    assert [one["system"] for one in found["down"]] == ["email"]
    assert found["activated"]
    assert found["backup"]["steps"]
    routes = [share["route"] for share in json.loads(plan.stdout)["shares"] if "email" in share["route"]]
    assert routes
    assert all(route[-1] == "email" for route in routes)
    assert over.returncode == 0
    assert "email works again" in over.stdout
    assert [path.name[-10:] for path in (rehearsal / ".sandbox" / "drafts").iterdir()] == [".closed.md"]
    assert not (rehearsal / ".sandbox" / "received.jsonl").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_goes_on_until_it_is_stopped_politely(watched, number):
    child = started(watched, "--every", "1s", "-o", "ndjson")
    rounds = [json.loads(child.stdout.readline()) for _ in range(2)]
    child.send_signal(number)
    _, complaints = child.communicate(timeout=20)

    assert child.returncode == 130
    assert complaints == ""
    assert [one["channels"][0]["condition"] for one in rounds] == ["works", "works"]


def test_a_second_watch_is_refused_and_a_damaged_ledger_is_outlived(watched, broadcast):
    child = started(watched, "--every", "1s", "-o", "ndjson")
    child.stdout.readline()
    second = broadcast("watch", "--once")
    (watched / "broadcast.db").write_bytes(b"x" * 8192)
    lines = iter(child.stdout.readline, "")
    trouble = next(one for one in map(json.loads, lines) if one["warnings"])
    child.terminate()
    child.communicate(timeout=20)

    assert second.returncode == 8
    assert "another `broadcast watch` is running" in second.stderr
    assert trouble["channels"] == []


@pytest.mark.parametrize("arguments", [("--every", "0s"), ("--every", "soon"), ("-o", "json")], ids=" ".join)
def test_what_makes_no_sense_is_refused_with_a_hint(watched, broadcast, arguments):
    outcome = broadcast("watch", *arguments)

    assert outcome.returncode == 2
    assert "hint:" in outcome.stderr
