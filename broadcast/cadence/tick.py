"""One round of everything that the clock drives.

A round may run from cron, inside `serve`, and in both at once: every job takes each decision in one
transaction that depends on what it read, so that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, LedgerError, Unfinished
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


@runtime_checkable
class KnowsNextTime(Protocol):
    """A job that knows when it is due again, so that nobody waits for a usual round."""

    def due(self) -> datetime | None:
        """Return when, in UTC; None if nothing is waiting. Raises `LedgerError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """What one round did, and what it could not do, one line each: `retry: INC-7: sent 2 messages`.

    `next_at` is when a job is due again, as far as jobs know that.
    """

    at: datetime
    done: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    next_at: datetime | None = None


def _nothing() -> None:
    """Do nothing at the beginning of a job."""


async def tick(
    jobs: Sequence[Job], clock: Clock, stop: Stop, begun: Callable[[], None] = _nothing
) -> TickResult:
    """Run every job once, in order; a job that fails does not keep the others from running.

    `begun` is called at the beginning of each.
    """
    now, done, trouble = clock.now(), [], []
    times: list[datetime] = []
    for job in jobs:
        if stop.asked:
            break
        begun()
        try:
            done += [f"{job.name}: {line}" for line in await job.run(now, stop)]
            due = job.due() if isinstance(job, KnowsNextTime) else None
            times += [due] if due else []
        except (BroadcastError, Unfinished) as error:
            hint = f"; hint: {error.hint}" if error.hint else ""
            trouble.append(f"{job.name}: {error}{hint}")
    next_at = min(times, default=None)
    return TickResult(at=now, done=tuple(done), trouble=tuple(trouble), next_at=next_at)


@contextmanager
def others_go_on(failed: list[BroadcastError]) -> Iterator[None]:
    """Keep the trouble with one thing in `failed`, so that the others have their turn.

    Trouble with the ledger concerns all of them.
    """
    try:
        yield
    except LedgerError:
        raise
    except BroadcastError as error:
        failed.append(error)


def outcome_of(done: Sequence[str], failed: Sequence[BroadcastError]) -> list[str]:
    """Return what a job did, with what failed beside it; raises the first error if nothing was done."""
    if failed and not done:
        raise failed[0]
    return [*done, *map(str, failed)]
