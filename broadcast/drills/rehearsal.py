"""One exercise from start to end: its own sandbox, its own ledger, and the grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from broadcast.config.settings import Settings
from broadcast.drills.exercise import Exercise, ExerciseStep
from broadcast.drills.grade import Grade, GradedIncident, GradedNotice, Grader, first_notice, spell
from broadcast.drills.play import Commands, Played, play
from broadcast.errors import ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import ManualClock
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.contact_points import configured
from broadcast.publishing.dependencies import dependencies
from broadcast.reports.analysis import build
from broadcast.sandbox.client import SandboxClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everything that an exercise needs; `close` ends its sandbox."""

    exercise: Exercise
    settings: Settings
    channels: Mapping[str, PlannedChannel]
    ledger: Ledger
    commands: Commands
    clock: ManualClock
    sandbox: SandboxClient
    close: Callable[[], object]

    async def run(self, announce: Callable[[ExerciseStep], None]) -> Grade:
        """Run the exercise and grade it; `announce` is called before each step.

        Raises `ConfigError` if nothing was published.
        """
        try:
            steps = play(self.exercise, self.commands, self.clock, self.sandbox, announce)
            return self._grade([step async for step in steps])
        finally:
            self.close()

    def _grade(self, played: Sequence[Played]) -> Grade:
        incidents = [self._incident(one.ref, played) for one in self.ledger.incidents.all()]
        if not incidents:
            refused = next((one.refused for one in played if one.refused), "no step says anything")
            raise ConfigError(
                f"{self.exercise.path}: nothing was published: {refused}", hint="correct the steps"
            )
        grader = Grader(self.channels, dependencies(self.settings), tuple(configured(self.settings)))
        criteria = grader.grade(played, incidents, self.sandbox.received())
        first = first_notice(self.exercise, played)
        return Grade(
            exercise=self.exercise.name,
            criteria=(first, *criteria),
            unreached=grader.unreached(incidents),
            refused=tuple(f"{spell(one.step)}: {one.refused}" for one in played if one.refused is not None),
        )

    def _incident(self, ref: str, played: Sequence[Played]) -> GradedIncident:
        down = {(one.incident, one.notice): step.down for step in played for one in step.results}
        notices = self.ledger.incidents.notices(self.ledger.incidents.find(ref, closed=True))
        return GradedIncident(
            story=build(self.ledger, ref, self.clock.now(), self.settings.timezone),
            notices=[
                GradedNotice(notice, self.ledger.history.lines(notice), down.get((ref, notice.sequence), ()))
                for notice in notices
            ],
        )
