"""Tell systemd how the process is (`Type=notify`), by the protocol of sd_notify(3).

One datagram with lines such as `READY=1` goes to the socket in NOTIFY_SOCKET. Without that variable, as when
started by hand, nothing is sent. Source: https://www.freedesktop.org/software/systemd/man/sd_notify.html
(2026-11-29).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

_MICROSECONDS = 1_000_000


def notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send `state` (`READY=1`, `STOPPING=1`, `WATCHDOG=1`, `STATUS=...`); return whether somebody listens."""
    path = environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return False
    # A name that begins with @ is in Linux's abstract namespace, where it begins with a null byte.
    address = "\0" + path[1:] if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.sendto(state.encode(), address)
        return True
    return False


def watchdog_seconds(environ: Mapping[str, str] = os.environ) -> float | None:
    """Return how often to send `WATCHDOG=1`: half of its limit; None: never."""
    microseconds, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not microseconds.isdigit() or pid not in {"", str(os.getpid())}:
        return None
    return int(microseconds) / _MICROSECONDS / 2
