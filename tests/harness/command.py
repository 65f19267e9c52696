"""The program as people start it: a process, in a folder of its own, with a sandbox that ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.harness import fork_server as forked

ROOT = Path(__file__).parents[2]
PAGE_ONLY = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.site]
adapter = "site"
path = "public"

[audiences.customers]
lanes = [["site"]]
"""
Outcome = subprocess.CompletedProcess[str]
Program = Callable[..., Outcome]


def environment(home: Path, **extra: str) -> dict[str, str]:
    """An environment that holds nothing of the machine's user."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TMPDIR"}}
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state")}
    return {**kept, **own, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **extra}


def run(folder: Path, *arguments: str, env: Mapping[str, str] | None = None, **options) -> Outcome:
    """`broadcast ARGUMENTS` in `folder`, nobody at the keyboard; `env` and streams need a new interpreter."""
    if not env and not options:
        return forked.run(arguments, folder, environment(folder), "", 60)
    command = [sys.executable, "-m", "broadcast", *arguments]
    options.setdefault("stdin", subprocess.DEVNULL)
    if options.get("input") is not None:
        del options["stdin"]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **(env or {})),
        capture_output="stdout" not in options,
        text=True,
        timeout=60,
        **options,
    )
