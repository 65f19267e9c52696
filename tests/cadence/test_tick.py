"""One round of the clock: every job has its turn, and trouble stays with the job that has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from broadcast.cadence.tick import tick
from broadcast.dispatch.stop import Stop
from broadcast.errors import LedgerError
from broadcast.model.clock import ManualClock


@dataclass
class Noting:
    name: str
    lines: tuple[str, ...] = ()
    error: Exception | None = None
    stops: bool = False
    ran_at: list[object] = field(default_factory=list)

    async def run(self, now, stop):
        self.ran_at.append(now)
        if self.stops:
            stop.ask()
        if self.error:
            raise self.error
        return self.lines


async def test_every_job_has_its_turn_at_the_time_of_the_round():
    clock = ManualClock()
    first, second = Noting("retry", ("INC-1/1: 2 messages accepted",)), Noting("remind")

    result = await tick([first, second], clock, Stop())

    assert result.done == ("retry: INC-1/1: 2 messages accepted",)
    assert first.ran_at == second.ran_at == [result.at]


async def test_a_job_that_fails_is_named_and_keeps_no_other_from_running():
    failing = Noting("retry", error=LedgerError("the ledger is locked", hint="try again"))
    second = Noting("remind", ("INC-1: update due",))

    result = await tick([failing, second], ManualClock(), Stop())

    assert result.trouble == ("retry: the ledger is locked; hint: try again",)
    assert result.done == ("remind: INC-1: update due",)


async def test_a_round_that_is_asked_to_end_begins_no_other_job():
    second = Noting("remind")

    await tick([Noting("retry", stops=True), second], ManualClock(), Stop())

    assert second.ran_at == []
