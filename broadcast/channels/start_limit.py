"""The latest moment at which the request for a claim may start.

The engine checks the age of a claim before it calls an adapter. Loading a library, signing in, the name
look-up, connecting and the TLS handshake come after that, and a laptop may sleep in between. The incident
may be closed meanwhile, so the age is checked again just before the first byte is written.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from broadcast.model.clock import Clock

TOO_OLD = "the claim was too old for its request to start"


@dataclass(slots=True)
class Start:
    """The start of one claim's request: `by` is its latest moment, in monotonic seconds of `clock`.

    `refused` means that it was too late and that no text was written.
    """

    by: float
    clock: Clock
    begun_at: float | None = None
    refused: bool = False

    def begin(self) -> bool:
        """Return whether the request may start now.

        Further requests for the same claim may follow the first one.
        """
        now = self.clock.monotonic()
        if self.begun_at is None and now <= self.by:
            self.begun_at = now
        self.refused = self.begun_at is None
        return not self.refused

    def go_on(self, within: float) -> bool:
        """Return whether the text may follow the start of its request within `within` seconds."""
        now = self.clock.monotonic()
        self.refused = self.begun_at is None or now - self.begun_at > within
        return not self.refused


#: That of the attempt in this task; None for a probe, a look-up, and other requests without a claim.
START: ContextVar[Start | None] = ContextVar("start of the claim's request", default=None)


def may_start() -> bool:
    """Return whether this task may write now; if so, this counts as the start."""
    start = START.get()
    return start is None or start.begin()


def may_go_on(within: float) -> bool:
    """Return whether the text may follow this task's earlier writing within `within` seconds."""
    start = START.get()
    return start is None or start.go_on(within)
