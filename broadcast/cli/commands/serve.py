"""`serve`: listen to providers and people."""

from __future__ import annotations

import sys

from broadcast.cli.command import command
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.options import Common
from broadcast.server.serve import Listening
from broadcast.server.serve import serve as listen
from broadcast.wiring import load_settings


@command("broadcast serve", "broadcast --sandbox serve")
def serve(common: Common) -> int:
    """Listen for receipts, replies and key presses, and send what becomes due because of them.

    Providers reach it at [serve] url, through a reverse proxy. Everything else works without it. Each
    request is one line of JSON on stderr, without personal data. Ctrl-C and SIGTERM end it in good order.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)

    def ready(listening: Listening) -> None:
        if not common.quiet:
            common.err.write(
                f"listening: {settings.serve.url} at {listening.public}, desk at {listening.private}\n"
            )

    complete(listen(settings, stop_by_signals(), sys.stderr, ready))
    return 0
