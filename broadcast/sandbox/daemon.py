"""One sandbox per folder, in its own process: found if it runs, started if not.

This module loads no HTTP library, so that commands which only look for the sandbox stay fast.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from broadcast.errors import ConfigError

STATE = "sandbox.json"
RECEIVED = "received.jsonl"
LOG = "sandbox.log"
LOCK = "sandbox.lock"
_QUICK = 0.5  # seconds within which a healthy sandbox answers
_START_WITHIN = 15.0  # seconds; imports are slow on a busy machine
_END_WITHIN = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """The address of a sandbox, and whether it was just started."""

    url: str
    smtp_port: int
    started: bool


def ensure_running(folder: Path) -> SandboxAddress:
    """Return the sandbox of `folder`, started if necessary; raises `ConfigError` if it does not start."""
    with _alone(folder):
        found = find(folder)
        if found is not None:
            return found
        is_ready = _start(folder)
        found = find(folder)
    if not is_ready or found is None:
        reason = _last_line(folder / LOG) or "it did not say why"
        raise ConfigError(f"the sandbox did not start: {reason}", hint=f"see {folder / LOG}")
    return SandboxAddress(found.url, found.smtp_port, started=True)


def find(folder: Path) -> SandboxAddress | None:
    """Return the sandbox of `folder` if it runs and is healthy, else None."""
    state = _state(folder)
    if state is None:
        return None
    with _connected(state["url"]) as connection:
        if not _is_at_the_other_end(state["pid"], connection):
            return None
    return SandboxAddress(state["url"], state["smtp_port"], started=False)


def stop(folder: Path) -> bool:
    """Stop the sandbox of `folder`; return whether there was one. Received messages are kept."""
    state = _state(folder)
    if state is None:
        return False
    with _connected(state["url"]) as connection:
        if not _is_at_the_other_end(state["pid"], connection):
            return False
        with suppress(ProcessLookupError):
            os.kill(state["pid"], signal.SIGTERM)
        _await_end(connection)
    _reap(state["pid"])
    return True


def remember(folder: Path, url: str, smtp_port: int, pid: int) -> None:
    """Save the address of the sandbox of `folder`; only this user may read it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = folder / f"{STATE}.{pid}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"url": url, "smtp_port": smtp_port, "pid": pid}, file)
    temporary.replace(folder / STATE)


def forget(folder: Path, pid: int) -> None:
    """Delete the saved address, unless it belongs to another process by now."""
    state = _state(folder)
    if state is not None and state["pid"] == pid:
        (folder / STATE).unlink(missing_ok=True)


def _state(folder: Path) -> dict[str, Any] | None:
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    kinds = {"url": str, "smtp_port": int, "pid": int}
    fits = isinstance(state, dict) and all(isinstance(state.get(k), kind) for k, kind in kinds.items())
    return state if fits else None


def _connected(url: str) -> closing[http.client.HTTPConnection]:
    place = urlsplit(url)
    return closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=_QUICK))


def _is_at_the_other_end(pid: int, connection: http.client.HTTPConnection) -> bool:
    """Return whether the process that answers is the one that was saved.

    Its port may belong to another process by now, whose answer must not decide which process is ended.
    """
    try:
        connection.request("GET", "/_sandbox/health")
        health = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    is_sandbox = isinstance(health, dict) and str(health.get("schema")).startswith("broadcast.sandbox/")
    return is_sandbox and health.get("pid") == pid


def _await_end(connection: http.client.HTTPConnection) -> None:
    """Wait until the other side closes the connection, which is its last action."""
    if connection.sock is not None:
        connection.sock.settimeout(_END_WITHIN)
        with suppress(OSError):
            connection.sock.recv(1)


def _start(folder: Path) -> bool:
    """Start it detached, and wait for the line that says it is ready."""
    ready, its_end = os.pipe()
    command = [sys.executable, "-m", "broadcast.sandbox", "--folder", str(folder.absolute())]
    log = os.fspath(folder / LOG)
    pid = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, its_end, 1),
            (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        ],
        setsid=True,
    )
    os.close(its_end)
    with os.fdopen(ready, encoding="utf-8") as lines:
        readable, _, _ = select.select([lines], [], [], _START_WITHIN)
        is_ready = bool(readable) and lines.readline().startswith("ready ")
    if not is_ready:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _reap(pid)
    return is_ready


def _reap(pid: int) -> None:
    """Collect the exit status of a process that this one started."""
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two commands do not start two sandboxes."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    with closing(os.fdopen(descriptor, "w")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "")
