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
ENVIRONMENT = {"ALERTS_TOKEN": TOKEN, "TWILIO_AUTH_TOKEN": "geheim", "PYTHONPATH": str(ROOT)}
_PATIENCE = 30  # seconds
_CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "{url}"
public = "127.0.0.1:{public}"
desk = "127.0.0.1:{desk}"
alerts_token = "env:ALERTS_TOKEN"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"
optional = true

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
def serving(folder: Path, public: int = 0, url: str = "https://notify.muster.example") -> Iterator[str]:
    """The root of the private listener, for as long as the context lasts.

    It has the port after `public`, that of the public listener.
    """
    public = public or free_ports(2)
    configuration = _CONFIGURATION.format(public=public, desk=public + 1, url=url)
    (folder / "broadcast.toml").write_text(configuration)
    command = [sys.executable, "-m", "broadcast", "--config", str(folder / "broadcast.toml"), "serve"]
    with running(command, public + 1, **ENVIRONMENT) as root:
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
