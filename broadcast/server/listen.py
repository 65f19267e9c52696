"""Listen on an address of this machine, or on a socket in the file system."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from broadcast.errors import ConfigError

if TYPE_CHECKING:
    from aiohttp import web

_UNIX = "unix:"


async def listen(runner: web.AppRunner, address: str, key: str) -> str:
    """Serve on `address` (`127.0.0.1:8080`, `unix:/run/broadcast/desk.sock`); return where that is.

    A port of 0 is chosen by the system. Raises `ConfigError`, which names `key`, if that is not possible.
    """
    from aiohttp import web

    try:
        if address.startswith(_UNIX):
            path = Path(address.removeprefix(_UNIX))
            _remove_old_socket(path)
            await web.UnixSite(runner, path).start()
            await asyncio.to_thread(path.chmod, 0o660)
            return address
        host, _, port = address.rpartition(":")
        site = web.TCPSite(runner, host.strip("[]"), int(port))
        await site.start()
    except OSError as error:
        raise ConfigError(
            f"[serve] {key}: cannot listen on {address}: {_reason(error)}", hint=_hint(error)
        ) from None
    return _place(runner, host)


def _remove_old_socket(path: Path) -> None:
    """Remove a socket that a process left behind when it was killed; anything else at that path stays."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()


def _place(runner: web.AppRunner, host: str) -> str:
    port = runner.addresses[-1][1]
    return f"http://{host}:{port}"


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)


def _hint(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another process listens there: stop it, or choose another port"
    return "check the address, and the permissions of its folder"
