"""The callers of an exercise while it runs: they call between its steps, with what the ledger says then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.drills.crowd import StepAgents, StepCallers
from broadcast.hotline.simulation.agent_phones import PhoneBehaviour
from broadcast.hotline.simulation.call_load import CallLoad
from broadcast.hotline.snapshot import Snapshot


@dataclass(slots=True, kw_only=True)
class ExerciseCalls:
    """All calls of an exercise; `read` reads what the hotline knows, `called` is its number.

    From `longest_wait` seconds of expected wait on, the hotline offers call-backs. `callers` are those of the
    steps so far.
    """

    read: Callable[[datetime], Snapshot]
    called: str
    longest_wait: float
    seed: str
    callers: list[StepCallers] = field(default_factory=list)
    load: CallLoad = field(init=False)

    def __post_init__(self) -> None:
        self.load = CallLoad(read=self.read, called=self.called, longest_wait=self.longest_wait)

    def until(self, moment: datetime) -> None:
        """Let everybody call who does before that time."""
        if self.callers:
            self.load.until(moment)

    def join(self, callers: StepCallers | None, agents: StepAgents | None, now: datetime) -> None:
        """Let agents come to work, and people begin to call, at a step."""
        if agents is not None:
            on_duty = [one.id for one in self.read(now).agents]
            self._staff(agents.behaviours(on_duty, self.seed), agents.talk)
        if callers is None:
            return
        if agents is None and not self.load.phones.behaviours:
            on_duty = [one.id for one in self.read(now).agents]
            self._staff(dict.fromkeys(on_duty, PhoneBehaviour.ACCEPT), self.load.phones.talk)
        self.callers.append(callers)
        for kind, script, after in callers.scripts(f"{self.seed} {len(self.callers)}"):
            self.load.add(kind, script, now + after)

    def finish(self) -> None:
        """Let all calls, and the call-backs after them, come to their end."""
        if self.callers:
            self.load.until(None)

    def _staff(self, behaviours: Mapping[str, PhoneBehaviour], talk: timedelta) -> None:
        self.load.phones.behaviours, self.load.phones.talk = behaviours, talk
