"""Where `broadcast --sandbox serve` listens: a note in the sandbox's folder, locked while it runs.

Commands of the same folder then name it in their messages, and the sandbox posts to it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.sandbox.loopback import is_loopback

_NOTE = "serve.json"
#: The routes that are configured at a provider, not in each message.
_INBOUND: Mapping[str, str] = {"twilio-sms": "/inbound", "sendgrid": "", "slack": ""}
#: What is configured for a number of the hotline: when a call comes in, and when its status changes.
_HOTLINE: Mapping[str, str] = {
    "twilio-voice": "/voice/answer/0",
    "twilio-voice-status": "/voice/goodbye/1",
}


@dataclass(frozen=True, slots=True)
class ServingNote:
    """The public address of a rehearsal's `serve`, and by adapter what is configured at its provider.

    `lines` are the numbers of the hotline.
    """

    url: str
    hooks: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


def serving_note(folder: Path) -> ServingNote | None:
    """Return the note of the `serve` that runs for `folder`; None if none runs."""
    try:
        with (folder / _NOTE).open(encoding="utf-8") as note:
            fields = json.load(note) if _is_locked(note.fileno()) else {}
        return ServingNote(str(fields["url"]), dict(fields["hooks"]), tuple(fields["lines"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def announced(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Yield the settings with which a rehearsal's `serve` listens, and leave the note while it runs.

    An address on this machine in `[serve] url` is kept. Any other is replaced by a free port.
    """
    serve = settings.serve
    if not is_loopback(serve.url or ""):
        port = _free_port()
        serve = replace(serve, url=f"http://127.0.0.1:{port}", public=f"127.0.0.1:{port}", desk="127.0.0.1:0")
    listening = replace(settings, serve=serve)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / _NOTE, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as note:
        # A second `serve` is refused by the ledger; it must not take the note of the first.
        with suppress(OSError):
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
            note.truncate()
            json.dump({"url": serve.url, "hooks": _hooks(listening), "lines": _numbers(settings)}, note)
            note.flush()
        yield listening


def _hooks(settings: Settings) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, channel in settings.channels.items():
        if channel.adapter in _INBOUND:
            found.setdefault(channel.adapter, f"{settings.serve.url}/hooks/{name}{_INBOUND[channel.adapter]}")
    if settings.calls is not None:
        found |= {adapter: f"{settings.serve.url}{path}" for adapter, path in _HOTLINE.items()}
    return found


def _numbers(settings: Settings) -> list[str]:
    return [one.number for one in settings.calls.numbers] if settings.calls else []


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
