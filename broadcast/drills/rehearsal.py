"""One exercise from beginning to end: a sandbox of its own, a ledger of its own, and the grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from broadcast.config.settings import Settings
from broadcast.drills.exercise import Exercise, Step
from broadcast.drills.grade import Grade, Grader, Told
from broadcast.drills.play import Commands, Played, play
from broadcast.errors import ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import WoundClock
from broadcast.operations.alternatives import configured
from broadcast.operations.reach import dependencies
from broadcast.planning.ways import Way
from broadcast.reports.story import build
from broadcast.sandbox.remote import Remote


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything an exercise needs; `close` ends its sandbox."""

    exercise: Exercise
    settings: Settings
    ways: Mapping[str, Way]
    ledger: Ledger
    commands: Commands
    clock: WoundClock
    sandbox: Remote
    close: Callable[[], object]

    def run(self, told: Callable[[Step], None]) -> Grade:
        """Play it and grade it; raises `ConfigError` where nothing was published at all."""
        try:
            played = list(play(self.exercise, self.commands, self.clock, self.sandbox, told))
            return self._grade(played)
        finally:
            self.close()

    def _grade(self, played: list[Played]) -> Grade:
        notices = [self._told(one) for one in played if one.result is not None]
        if not notices:
            refused = next((one.refused for one in played if one.refused), "no step says anything")
            raise ConfigError(
                f"{self.exercise.path}: nothing was published: {refused}", hint="mend the steps"
            )
        first = notices[0].played.result
        story = build(self.ledger, first.incident if first else "", self.clock.now(), self.settings.timezone)
        reachable = {way.value: (way.name, *way.fate) for way in configured(self.settings)}
        grader = Grader(self.ways, dependencies(self.settings), reachable)
        return grader.grade(self.exercise, story, notices, self.sandbox.received())

    def _told(self, played: Played) -> Told:
        result = played.result
        incident = self.ledger.incidents.find(result.incident if result else None, closed=True)
        notices = self.ledger.incidents.notices(incident)
        notice = next(one for one in notices if result is None or one.sequence == result.notice)
        return Told(played, self.ledger.history.lines(notice), notice.facts.affects)
