"""Two clocks in one process, so that no reminder and no escalation waits for a large notice.

Each has its own thread, event loop and connection to the ledger. They keep apart as two processes do: every
decision is one transaction, and a message is claimed before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from broadcast.cadence.tick import Job, TickResult, tick
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import Event
from broadcast.dispatch.stop import Stop
from broadcast.jobs import ClockJobs, make_clock_jobs
from broadcast.model.clock import Clock
from broadcast.server.clock_thread import ClockThread
from broadcast.server.counters import Counters
from broadcast.wiring import open_ledger

#: Seconds between two rounds.
EVERY = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRounds:
    """Rounds over the ledger of `settings`; `trouble` gets a line for each thing that could not be done.

    With `serving`, this process answers providers.
    """

    settings: Settings
    clock: Clock
    trouble: Callable[[str], None]
    serving: bool = False

    async def run(
        self, choose: Callable[[ClockJobs], Sequence[Job]], stop: Stop, moved: Callable[[], None]
    ) -> TickResult:
        """Do what is due of the jobs that `choose` returns; `moved` is called at each step."""

        def heard(_: Event) -> None:
            moved()

        ledger = open_ledger(self.settings)
        try:
            jobs = choose(make_clock_jobs(self.settings, ledger, self.clock, heard, serving=self.serving))
            result = await tick(jobs, self.clock, stop, moved)
        finally:
            ledger.close()
        for line in result.trouble:
            self.trouble(line)
        return result

    def seconds_until_due(self, result: TickResult) -> float | None:
        """Return how many seconds from now something is due, if that is known."""
        return (result.next_at - self.clock.now()).total_seconds() if result.next_at else None


class Clocks:
    """The clocks of `serve`, from `start` to `close`."""

    def __init__(self, rounds: ClockRounds, counters: Counters) -> None:
        self._rounds = rounds
        self._counters = counters
        self._urgent = ClockThread(self._urgent_round, EVERY, rounds.trouble, rounds.clock)
        self._lengthy = ClockThread(self._lengthy_round, EVERY, rounds.trouble, rounds.clock)

    def start(self) -> None:
        """Begin with a first round of each."""
        self._urgent.start()
        self._lengthy.start()

    def ask(self) -> None:
        """Do what is due now; any thread may ask."""
        self._urgent.ask()
        self._lengthy.ask()

    def works(self) -> bool:
        """Return whether the rounds of both go on."""
        return self._urgent.works() and self._lengthy.works()

    def close(self) -> None:
        """End the rounds that are under way in order, and both threads."""
        self._lengthy.close()
        self._urgent.close()

    async def _urgent_round(self, stop: Stop) -> float | None:
        result = await self._rounds.run(lambda jobs: jobs.without_waiting, stop, self._urgent.moved)
        if result.done:
            self._lengthy.ask()  # it may have planned messages
        return self._rounds.seconds_until_due(result)

    async def _lengthy_round(self, stop: Stop) -> float | None:
        self._counters.add("clock_rounds")
        result = await self._rounds.run(lambda jobs: jobs.lengthy, stop, self._lengthy.moved)
        if result.done or result.trouble:
            self._urgent.ask()  # people may have to hear of it
        return self._rounds.seconds_until_due(result)
