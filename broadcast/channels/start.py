"""The latest moment at which the request for a claim may start.

The engine checks the age of a claim before it calls an adapter. To load a library, sign in, look up a name,
connect and shake hands come after that, and a laptop may sleep in between. Somebody may close the incident
meanwhile, so the age is checked once more where the first byte is about to be written.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from broadcast.model.clock import Clock

TOO_OLD = "the claim was too old for its request to start"


@dataclass(slots=True)
class Start:
    """The start of one claim's request: `by` is its latest moment, in monotonic seconds of `clock`.

    `refused` means that it was too late, and that no text was written.
    """

    by: float
    clock: Clock
    begun_at: float | None = None
    refused: bool = False

    def begin(self) -> bool:
        """Return whether the request may start now.

        Further requests for the same claim may follow a first one.
        """
        now = self.clock.monotonic()
        if self.begun_at is None and now <= self.by:
            self.begun_at = now
        self.refused = self.begun_at is None
        return not self.refused

    def go_on(self, within: float) -> bool:
        """Whether the text may follow the start of its request, which was at most `within` seconds ago."""
        now = self.clock.monotonic()
        self.refused = self.begun_at is None or now - self.begun_at > within
        return not self.refused


#: Of the attempt that runs in this task; None for a probe, a look-up, and whatever else has no claim.
START: ContextVar[Start | None] = ContextVar("start of the claim's request", default=None)


def may_start() -> bool:
    """Return whether what this task is about to write may leave. To ask counts as the start if it may."""
    start = START.get()
    return start is None or start.begin()


def may_go_on(within: float) -> bool:
    """Whether the text may follow what this task has written before it, at most `within` seconds ago."""
    start = START.get()
    return start is None or start.go_on(within)
