"""One round of everything that the clock drives.

A round may run from cron, inside `serve`, and in both at once: every job takes each decision in one
transaction that depends on what it read, so that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, Unfinished
from broadcast.model.clock import Clock


class Job(Protocol):
    """Something that is done when its time has come."""

    @property
    def name(self) -> str:
        """What it is called in messages: `retry`."""
        ...

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Do what is due.

        Args:
            now: The time of the round, in UTC.
            stop: Ends the job in order.

        Returns:
            One line for each thing that was done; empty if nothing was due.

        Raises:
            BroadcastError: It could not be done; the next round tries again.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """What one round did, and what it could not do, one line each: `retry: INC-7: sent 2 messages`."""

    at: datetime
    done: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()


async def tick(jobs: Sequence[Job], clock: Clock, stop: Stop) -> TickResult:
    """Run every job once, in order; a job that fails does not keep the others from running."""
    now, done, trouble = clock.now(), [], []
    for job in jobs:
        if stop.asked:
            break
        try:
            done += [f"{job.name}: {line}" for line in await job.run(now, stop)]
        except (BroadcastError, Unfinished) as error:
            hint = f"; hint: {error.hint}" if error.hint else ""
            trouble.append(f"{job.name}: {error}{hint}")
    return TickResult(at=now, done=tuple(done), trouble=tuple(trouble))
