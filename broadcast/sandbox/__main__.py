"""`python -m broadcast.sandbox`: one sandbox in its own process, until it is no longer used."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from broadcast.errors import BroadcastError
from broadcast.sandbox.daemon import RECEIVED, forget, remember
from broadcast.sandbox.scenario import read_scenario
from broadcast.sandbox.server import Sandbox
from broadcast.sandbox.serving import serving_note

_TWO_HOURS = 2 * 60 * 60.0
_LOOK_EVERY = 1.0  # seconds


def main() -> int:
    """Run until idle, stopped or interrupted; the first line on stdout says that it is ready."""
    options = _options().parse_args()
    try:
        asyncio.run(_run(options))
    except BroadcastError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m broadcast.sandbox", description=main.__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where state and messages are kept")
    parser.add_argument("--port", type=int, default=0, help="HTTP port; 0: any free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="SMTP port; 0: any free one")
    parser.add_argument("--scenario", type=Path, help="a TOML file of faults")
    parser.add_argument("--no-receipts", action="store_true", help="never say what became of a message")
    parser.add_argument("--idle", type=float, default=_TWO_HOURS, help="end after so many quiet seconds")
    return parser


async def _run(options: argparse.Namespace) -> None:
    scenario = read_scenario(options.scenario) if options.scenario else None
    stopped = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    store = options.folder / RECEIVED
    async with Sandbox(options.port, options.smtp_port, store=store, scenario=scenario) as sandbox:
        sandbox.call_back(
            lambda: _hooks(options.folder),
            receipts=not options.no_receipts,
            lines=lambda: _lines(options.folder),
        )
        remember(options.folder, sandbox.url, sandbox.smtp_port, os.getpid())
        sys.stdout.write(f"ready {sandbox.url}\n")
        sys.stdout.flush()
        while not stopped.is_set() and sandbox.idle < options.idle:
            await _nap(stopped, min(_LOOK_EVERY, options.idle))
    forget(options.folder, os.getpid())


def _hooks(folder: Path) -> Mapping[str, str]:
    note = serving_note(folder)
    return note.hooks if note else {}


def _lines(folder: Path) -> Sequence[str]:
    note = serving_note(folder)
    return note.lines if note else ()


async def _nap(stopped: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        return


if __name__ == "__main__":
    sys.exit(main())
