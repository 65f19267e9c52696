"""`hotline status --watch`: on a terminal, in a pipe and for programs, until Ctrl-C."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock

EXAMPLE = Path(__file__).parents[3] / "examples/hotline"
CALLER = "+4915112345678"


@pytest.fixture
def folder(tmp_path):
    for name in ("broadcast.toml", "agents.csv"):
        shutil.copy(EXAMPLE / name, tmp_path)
    return tmp_path


@pytest.fixture
def ledger(folder):
    with closing(Ledger.open(folder / "broadcast.db")) as ledger:
        yield ledger


def step(call, *effects, ago=0, caller=CALLER):
    at = SystemClock().now() - timedelta(seconds=ago)
    kept = tuple(CallEffect(kind=kind, details=details) for kind, details in effects)
    return CallStep(
        call=call, number=1, caller=caller, called="+4930231250", locale="de", at=at, effects=kept
    )


def begin(ledger):
    """One caller hears the hotline, one waits for a person, one talks to one."""
    asks = ("hand-over", {"topic": "asked"})
    ledger.calls.record("call", [step("CA1"), step("CA2", asks, ago=130), step("CA3", asks, caller="")])
    ledger.calls.accept("call", "CA3", "a-17", SystemClock().now())


@contextmanager
def watching(folder, *words, **streams):
    command = [sys.executable, "-m", "broadcast", "hotline", "status", "--watch", *words]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, **streams)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def end(process):
    process.send_signal(signal.SIGINT)
    process.wait(20)
    return process.returncode


def test_a_pipe_gets_a_line_for_each_change(folder, ledger):
    begin(ledger)
    with watching(folder, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        ledger.calls.record("call", [step("CA1", ("end", {"outcome": "hung-up"}))])
        second = process.stdout.readline()
        status = end(process)

    assert "3 calls, waiting 1 (longest 2:1" in first
    assert "agents free 1 of 2, call-backs 0, messages 0, last minute 2 calls, mode auto" in first
    assert "2 calls, waiting 1" in second
    assert status == 0


def test_programs_get_each_change_as_one_line_with_masked_numbers(folder, ledger):
    begin(ledger)
    with watching(folder, "-o", "json", stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        status = end(process)

    seen = json.loads(line)
    assert (seen["schema"], seen["waiting"], seen["agents"]) == (
        "broadcast.hotline-now/1",
        1,
        {"free": 1, "busy": 1},
    )
    by_state = {(one["topic"], one["agent"]) for one in seen["calls"]}
    assert by_state == {(None, None), ("asked", None), ("asked", "a-17")}
    assert CALLER not in line
    assert status == 0


def test_a_terminal_has_one_table_and_ctrl_c_ends_it(folder, ledger):
    begin(ledger)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    with watching(folder, stdin=theirs, stdout=theirs, env=environment) as process:
        os.close(theirs)
        drawn = b""
        while b"Ctrl-C ends it" not in drawn and select.select([ours], [], [], 30)[0]:
            drawn += os.read(ours, 65536)
        status = end(process)
    os.close(ours)

    shown = drawn.decode()
    assert "hears the hotline" in shown
    assert "waits for a person (asked)" in shown
    assert "talks to a-17" in shown
    assert CALLER not in shown
    assert status == 0


def test_without_calls_the_watch_says_so(folder):
    with watching(folder, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        end(process)

    assert "0 calls, waiting 0, agents free 2 of 2" in first
