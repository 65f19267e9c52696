"""`watch`: check the channels repeatedly."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from broadcast.cli.command import command
from broadcast.cli.event_loop import complete
from broadcast.cli.options import Common, Output
from broadcast.cli.output.display import json_text, show
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.watch import round_json, round_page, summary
from broadcast.config.durations import parse_duration
from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.monitoring.watch import Round
from broadcast.wiring import load_settings, make_watch

_WRONG = 6
_SHORTEST = 1.0  # seconds

Every = Annotated[str, typer.Option(metavar="TIME", help="The time between two checks: 60s, 5m.")]
Once = Annotated[bool, typer.Option("--once", help="Check once and end, for cron.")]
Shape = Annotated[
    Output,
    typer.Option(
        "--output", "-o", metavar="FORM", help="How to print it: human, ndjson, or, with --once, json."
    ),
]


@command(
    "broadcast watch",
    "broadcast watch --every 5m -o ndjson",
    "broadcast watch --once -q   # in a crontab",
)
def watch(common: Common, every: Every = "60s", once: Once = False, output: Shape = Output.HUMAN) -> int:
    """Check the channels repeatedly; report what goes down and what works again.

    Writes a draft of a notice for each outage, and never sends it. With --once, the exit code is 6 if
    something is down.
    """
    seconds = parse_duration(every)
    if seconds < _SHORTEST:
        raise UsageError(f"--every {every} is too often", hint="check at most once a second")
    if output is Output.JSON and not once:
        raise UsageError("-o json is one document, and watch does not end", hint="use -o ndjson, or --once")
    settings = load_settings(common.config, sandbox=common.sandbox)
    watching = make_watch(settings)
    # Ctrl-C is the normal end: no file is left incomplete.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    clock, waiting, found = SystemClock(), threading.Event(), None
    with Ledger.watching_alone(settings.ledger):
        while found is None or not once:
            began = clock.monotonic()
            first, found = found is None, complete(watching.round())
            _show(found, settings, common, output, first=first)
            waiting.wait(0 if once else max(0.0, began + seconds - clock.monotonic()))
    return _WRONG if found.down else 0


def _show(found: Round, settings: Settings, common: Common, output: Output, *, first: bool) -> None:
    if output in {Output.JSON, Output.NDJSON}:
        indent = 2 if output is Output.JSON else None
        common.out.write(json_text(round_json(found, settings), indent) + "\n")
        return
    for trouble in found.trouble:
        common.err.write(f"warning: {one_line(trouble)}\n")
    if first and not common.quiet and output is Output.HUMAN:
        common.err.write(summary(found) + "\n")
    page = list(round_page(found, settings))
    if page:
        show(page, common.out)
