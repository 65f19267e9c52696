from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from broadcast.errors import ConfigError
from broadcast.sandbox.daemon import STATE, ensure_running, find, remember, stop


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / ".sandbox"
    yield place
    stop(place)


def health(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url + "/_sandbox/health", timeout=2) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def test_a_sandbox_is_started_once_found_again_and_stopped(folder):
    with ThreadPoolExecutor(2) as two:
        first, second = two.map(ensure_running, [folder, folder])

    assert {first.started, second.started} == {True, False}
    assert first.url == second.url
    assert health(first.url)["status"] == "ok"
    assert (folder / STATE).stat().st_mode & 0o777 == 0o600
    assert stop(folder)
    assert find(folder) is None
    assert not stop(folder)


def test_a_note_left_by_a_dead_sandbox_misleads_nobody(folder):
    remember(folder, "http://127.0.0.1:9", 9, 1)

    assert find(folder) is None
    assert not stop(folder)
    assert ensure_running(folder).started


@pytest.mark.parametrize("note", ["", "[]", '{"url": 1}', '{"url": "http://127.0.0.1:9"}'])
def test_an_unreadable_note_is_as_good_as_none(folder, note):
    folder.mkdir()
    (folder / STATE).write_text(note, encoding="utf-8")

    assert find(folder) is None


def test_a_sandbox_that_cannot_start_says_why(folder):
    folder.mkdir()
    (folder / STATE).mkdir()

    with pytest.raises(ConfigError, match="the sandbox did not start") as refusal:
        ensure_running(folder)

    assert "sandbox.log" in (refusal.value.hint or "")


def test_a_sandbox_that_nobody_asks_ends_itself(tmp_path):
    command = [sys.executable, "-m", "broadcast.sandbox", "--folder", str(tmp_path), "--idle", "0.1"]

    ended = subprocess.run(command, capture_output=True, timeout=20, check=False)

    assert ended.returncode == 0
    assert ended.stdout.startswith(b"ready http://127.0.0.1:")
    assert not (tmp_path / STATE).exists()


def test_a_wrong_scenario_is_told_without_a_traceback(tmp_path):
    command = [
        sys.executable,
        "-m",
        "broadcast.sandbox",
        "--folder",
        str(tmp_path),
        "--scenario",
        "none.toml",
    ]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert ended.returncode == 6
    assert ended.stderr.startswith("error: cannot read the scenario none.toml")
    assert "Traceback" not in ended.stderr


def test_looking_for_a_sandbox_loads_no_http_library(tmp_path):
    program = (
        "import sys, pathlib; from broadcast.sandbox.daemon import find;"
        f"find(pathlib.Path({str(tmp_path)!r})); print('aiohttp' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
