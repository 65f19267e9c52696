"""`broadcast serve` as a process, for servers that others wrote."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TypeVar

from tests.architecture.tree import ROOT
from tests.interop.programs import free_ports, running

T = TypeVar("T")
TOKEN = "alerts-token-0123456789"
_PATIENCE = 30  # seconds
_CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "https://notify.muster.example"
public = "127.0.0.1:{public}"
desk = "127.0.0.1:{desk}"
alerts_token = "env:ALERTS_TOKEN"

[channels.file]
adapter = "site"
path = "page"

[audiences.customers]
lanes = [["file"]]

[services.checkout]
de = "Kasse"
en = "Checkout"
"""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The root of the private listener, for as long as the context lasts."""
    public = free_ports(2)
    (folder / "broadcast.toml").write_text(_CONFIGURATION.format(public=public, desk=public + 1))
    command = [sys.executable, "-m", "broadcast", "--config", str(folder / "broadcast.toml"), "serve"]
    with running(command, public + 1, ALERTS_TOKEN=TOKEN, PYTHONPATH=str(ROOT)) as root:
        yield root


def soon(look: Callable[[], T]) -> T:
    """What `look` finds, once it finds something."""
    for _ in range(_PATIENCE * 10):
        if found := look():
            return found
        Event().wait(0.1)
    raise AssertionError(f"nothing after {_PATIENCE} s")


def output(*command: str) -> str:
    """What a command prints; it has to succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
