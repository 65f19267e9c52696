"""The program, run in this process, in a fork of one that has loaded it, or in a new interpreter."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadcast.cli import app
from tests.harness import fork_server
from tests.harness.configurations import SECRETS

ROOT = Path(__file__).parents[2]
LONGEST = 120  # seconds; a command that takes longer hangs
Completed = subprocess.CompletedProcess[str]
Program = Callable[..., Completed]


@dataclass(frozen=True, slots=True)
class Ended:
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

    @property
    def traceback(self) -> bool:
        """Whether it ended in a mistake of ours."""
        return "Traceback" in self.said or "this is a bug" in self.err


def run_here(arguments: Sequence[str], home: Path, **environment: str) -> Ended:
    """Run a command in this process, with the environment of a fresh user and the secrets in it."""
    out, err = io.StringIO(), io.StringIO()
    redirected = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with _environment(home, environment), redirected[0], redirected[1]:
        code = app.run(list(arguments))
    return Ended(code, out.getvalue(), err.getvalue())


def run(folder: Path, *arguments: str, env: Mapping[str, str] | None = None, **options) -> Completed:
    """Run a command in `folder` as a process; `env` and streams need a new interpreter."""
    if not env and not options:
        return fork_server.run(arguments, folder, environment(folder), "", LONGEST)
    options.setdefault("stdin", subprocess.DEVNULL)
    if options.get("input") is not None:
        del options["stdin"]
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(folder, **(env or {})),
        capture_output="stdout" not in options,
        text=True,
        timeout=LONGEST,
        **options,
    )


def command(*arguments: str) -> list[str]:
    """The command line of a new interpreter."""
    return [sys.executable, "-m", "broadcast", *arguments]


def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *, before: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """Start a new interpreter; `before` is put in front of it (strace, unshare, a shell that sets limits)."""
    return subprocess.Popen(
        [*before, *command(*arguments)],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def wait(process: subprocess.Popen[str], within: float = LONGEST) -> Ended:
    """Wait for a started command; the code is -99 where it hung and had to be killed."""
    try:
        out, err = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return Ended(-99, out, err)
    return Ended(process.returncode, out, err)


def environment(home: Path, **extra: str) -> dict[str, str]:
    """An environment that holds nothing of the machine's user."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TMPDIR"}}
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state")}
    return {**kept, **own, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **extra}


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
