"""One exercise from start to end: its own sandbox, its own ledger, and the grade."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.drills.calls import ExerciseCalls
from broadcast.drills.criterion import Criterion
from broadcast.drills.exercise import Exercise, ExerciseStep
from broadcast.drills.grade import (
    Grade,
    GradedEscalation,
    GradedIncident,
    GradedNotice,
    Grader,
    first_notice,
    spell,
)
from broadcast.drills.grade_calls import figures, grade_calls
from broadcast.drills.play import ClockRound, Commands, Played, play
from broadcast.errors import ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock, ManualClock
from broadcast.model.escalation import Escalation
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.contact_points import configured
from broadcast.publishing.dependencies import dependencies
from broadcast.reports.analysis import build
from broadcast.sandbox.client import SandboxClient


@dataclass(frozen=True, slots=True)
class Serving:
    """What `serve` does, for exercises that listen.

    `listen` takes what providers and people send until the end of its block; `round` does what is due.
    """

    listen: Callable[[Settings, Clock], AbstractAsyncContextManager[object]]
    round: Callable[[Settings, Ledger, Clock, Stop], Awaitable[ClockRound]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everything that an exercise needs; `close` ends its sandbox.

    Within `listening`, requests of the sandbox's providers are taken. `reporting` are the channels whose
    providers send receipts. `calls` are those of its callers, None if nobody calls.
    """

    exercise: Exercise
    settings: Settings
    channels: Mapping[str, PlannedChannel]
    ledger: Ledger
    commands: Commands
    clock: ManualClock
    sandbox: SandboxClient
    listening: AbstractAsyncContextManager[object]
    reporting: frozenset[str]
    close: Callable[[], object]
    calls: ExerciseCalls | None = None

    async def run(self, announce: Callable[[ExerciseStep], None]) -> Grade:
        """Run the exercise and grade it; `announce` is called before each step.

        Raises `ConfigError` if nothing was published.
        """
        try:
            async with self.listening:
                steps = play(self.exercise, self.commands, self.clock, self.sandbox, announce, self.calls)
                played = [step async for step in steps]
            return self._grade(played)
        finally:
            self.close()

    def _grade(self, played: Sequence[Played]) -> Grade:
        incidents = [self._incident(one.ref, played) for one in self.ledger.incidents.all()]
        if not incidents:
            refused = next((one.refused for one in played if one.refused), "no step says anything")
            raise ConfigError(
                f"{self.exercise.path}: nothing was published: {refused}", hint="correct the steps"
            )
        return Grade(
            exercise=self.exercise.name,
            criteria=tuple(self._criteria(played, incidents)),
            unreached=self._grader.unreached(incidents),
            refused=tuple(_not_done(played)),
            calls=figures(self.calls.load.calls) if self.calls else None,
        )

    @property
    def _grader(self) -> Grader:
        reachable = tuple(configured(self.settings))
        return Grader(self.channels, dependencies(self.settings), reachable, self.reporting)

    def _criteria(self, played: Sequence[Played], incidents: Sequence[GradedIncident]) -> Iterator[Criterion]:
        yield first_notice(self.exercise, played)
        yield from self._grader.grade(played, incidents, self.sandbox.received())
        if self.exercise.listens:
            yield from self._grader.grade_listening(played, incidents)
        if self.calls:
            yield from grade_calls(self.calls)

    def _incident(self, ref: str, played: Sequence[Played]) -> GradedIncident:
        down = {(one.incident, one.notice): step.down for step in played for one in step.results}
        incident = self.ledger.incidents.find(ref, closed=True)
        notices = self.ledger.incidents.notices(incident)
        escalations = self.ledger.escalations.of(incident)
        asking = [*(notice.id for notice in notices), *(one.notice for one in escalations)]
        return GradedIncident(
            story=build(self.ledger, ref, self.clock.now(), self.settings.timezone),
            notices=[
                GradedNotice(notice, self.ledger.history.lines(notice), down.get((ref, notice.sequence), ()))
                for notice in notices
            ],
            escalations=[GradedEscalation(one, self._last_sent(one)) for one in escalations],
            answers=sum(len(self.ledger.confirmations.of(notice)) for notice in asking),
        )

    def _last_sent(self, escalation: Escalation) -> datetime | None:
        reached = self.ledger.history.reach(self.ledger.escalations.notice(escalation.notice))
        return max((one.last_at for one in reached if one.last_at), default=None)


def _not_done(played: Sequence[Played]) -> Iterator[str]:
    for one in played:
        yield from (f"{spell(one.step)}: {reason}" for reason in (one.refused, *one.trouble) if reason)
