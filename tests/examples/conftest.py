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
MARK = re.compile(r"\[INC-\d+/(\d+)\]")

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


def received(folder: Path) -> list[dict]:
    """What the sandbox's providers took, by its own record."""
    lines = (folder / ".sandbox" / "received.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def notice_of(message: dict) -> int:
    """The number of the notice that a message belongs to."""
    return int(MARK.findall(message["text"])[-1])
