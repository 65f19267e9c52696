"""`tick`: do what is due, once."""

from __future__ import annotations

import asyncio

from broadcast.cadence.tick import TickResult
from broadcast.cadence.tick import tick as run_jobs
from broadcast.cli.command import command
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show_json
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.timestamps import iso
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_clock_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.server.clock_thread import ClockThread
from broadcast.server.clocks import EVERY, ClockRounds
from broadcast.wiring import load_settings

SCHEMA = "broadcast.tick/1"
_PARTIAL = 4
#: Seconds after which reminders and escalations are looked at again while a notice is being sent.
_BESIDE = 1.0


@command("broadcast tick", "broadcast tick -q   # every minute, in a crontab")
def tick(common: Common, output: ListForm = OutputForm.HUMAN) -> int:
    """Do everything that is due, once, and end: reminders, escalations, schedules and messages that wait.

    You can run it at any time, from cron and beside `serve`; nothing is done twice. The exit code is 4 if
    something could not be done; the next round tries again.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        result = complete(_round(settings, ledger, stop_by_signals()))
    if output is OutputForm.JSON:
        lines = {"done": list(result.done), "trouble": list(result.trouble)}
        show_json({"schema": SCHEMA, "at": iso(result.at, settings.timezone), **lines}, common.out)
    elif not common.quiet:
        common.out.write("".join(f"{one_line(line)}\n" for line in result.done or ("nothing is due",)))
    for trouble in result.trouble:
        common.err.write(f"error: {one_line(trouble)}\n")
    return _PARTIAL if result.trouble else 0


async def _round(settings: Settings, ledger: Ledger, stop: Stop) -> TickResult:
    """Do what is due: reminders and escalations first, beside all that takes long, and after it."""
    clock = SystemClock()
    jobs = make_clock_jobs(settings, ledger)
    results = [await run_jobs(jobs.without_waiting, clock, stop)]
    rounds = ClockRounds(settings=settings, clock=clock, trouble=lambda _: None)

    async def beside(stop: Stop) -> float | None:
        results.append(await rounds.run(lambda jobs: jobs.without_waiting, stop, thread.moved))
        return rounds.seconds_until_due(results[-1])

    failed: list[str] = []
    thread = ClockThread(beside, EVERY, failed.append, clock)
    thread.start(_BESIDE)
    try:
        lengthy = await run_jobs(jobs.lengthy, clock, stop)
    finally:
        await asyncio.to_thread(thread.close)
    results.append(lengthy)
    if lengthy.done or lengthy.trouble:
        results.append(await run_jobs(jobs.without_waiting, clock, stop))
    return TickResult(
        at=results[0].at,
        done=tuple(line for result in results for line in result.done),
        trouble=tuple(dict.fromkeys([*(line for result in results for line in result.trouble), *failed])),
    )
