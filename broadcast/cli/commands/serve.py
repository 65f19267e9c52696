"""`serve`: listen to providers and people."""

from __future__ import annotations

import sys
from contextlib import nullcontext

from broadcast.cli.command import command
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.options import Common
from broadcast.sandbox.serving import announced
from broadcast.sandbox.settings import sandbox_folder
from broadcast.server.serve import Listening
from broadcast.server.serve import serve as listen
from broadcast.wiring import load_settings


@command("broadcast serve", "broadcast --sandbox serve")
def serve(common: Common) -> int:
    """Listen to receipts, replies, key presses, calls and alerts, and do what becomes due.

    Providers reach it at [serve] url, through a reverse proxy. Everything else works without it. Each request
    is one line of JSON on stderr, without personal data. With --sandbox, the sandbox calls it: start it
    before you send. Ctrl-C and SIGTERM let requests finish, then end it. The exit code is 8 if another
    `serve` uses the ledger, and 12 if the ledger was replaced meanwhile.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    rehearsed = announced(settings, sandbox_folder(settings)) if settings.sandbox else nullcontext(settings)
    with rehearsed as used:

        def ready(listening: Listening) -> None:
            if not common.quiet:
                common.err.write(
                    f"listening: {used.serve.url} at {listening.public}, desk at {listening.private}\n"
                )

        complete(listen(used, stop_by_signals(), sys.stderr, ready))
    return 0
