"""The clock of one call, which goes only when something takes time, and who hangs up when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.harness.telephone.transcript import Ending

LONGEST = 4 * 3600.0  # seconds; https://www.twilio.com/docs/voice/twiml/dial#timelimit, read 2026-11-30


class Ended(Exception):
    """The call is over."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending)
        self.ending = ending


class LegEnded(Exception):
    """The person on one leg hung up; `sid` says which."""

    def __init__(self, sid: str) -> None:
        super().__init__(sid)
        self.sid = sid


@dataclass
class CallClock:
    """Seconds since the call began. `passes` is told how many seconds have passed."""

    passes: Callable[[float], None] | None = None
    now: float = 0.0
    hang_ups: dict[str, float] = field(default_factory=dict)

    def advance(self, seconds: float) -> None:
        """Let time pass; raises `LegEnded` when somebody hangs up, and `Ended` after four hours."""
        until = self.now + seconds
        leaves = min(self.hang_ups.items(), key=lambda item: item[1], default=None)
        if leaves and leaves[1] <= until:
            self._go_to(max(leaves[1], self.now))
            del self.hang_ups[leaves[0]]
            raise LegEnded(leaves[0])
        if until > LONGEST:
            self._go_to(max(self.now, LONGEST))
            raise Ended(Ending.LONGEST)
        self._go_to(until)

    def _go_to(self, moment: float) -> None:
        passed, self.now = moment - self.now, moment
        if self.passes and passed > 0:
            self.passes(passed)
