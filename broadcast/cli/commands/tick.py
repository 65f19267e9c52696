"""`tick`: do what is due, once."""

from __future__ import annotations

from broadcast.cadence.tick import tick as run_round
from broadcast.cli.command import command
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show_json
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.timestamps import iso
from broadcast.jobs import make_jobs
from broadcast.model.clock import SystemClock
from broadcast.wiring import load_settings

SCHEMA = "broadcast.tick/1"
_PARTIAL = 4


@command("broadcast tick", "broadcast tick -q   # every minute, in a crontab")
def tick(common: Common, output: ListForm = OutputForm.HUMAN) -> int:
    """Do everything that is due, once, and end: send what is waiting, and what the clock drives.

    You can run it at any time, from cron and beside `serve`; nothing is done twice. The exit code is 4 if
    something could not be done; the next round tries again.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        jobs = make_jobs(settings, ledger)
        result = complete(run_round(jobs, SystemClock(), stop_by_signals()))
    if output is OutputForm.JSON:
        lines = {"done": list(result.done), "trouble": list(result.trouble)}
        show_json({"schema": SCHEMA, "at": iso(result.at, settings.timezone), **lines}, common.out)
    elif not common.quiet:
        common.out.write("".join(f"{one_line(line)}\n" for line in result.done or ("nothing is due",)))
    for trouble in result.trouble:
        common.err.write(f"error: {one_line(trouble)}\n")
    return _PARTIAL if result.trouble else 0
