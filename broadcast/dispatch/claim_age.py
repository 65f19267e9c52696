"""How old a claim may be when its request starts."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.channels.start_limit import Start
from broadcast.channels.transport import CONNECT_TIMEOUT
from broadcast.ledger.records import Claim
from broadcast.model.clock import Clock
from broadcast.model.outcome import NotSent, Outcome

_LONGEST_CLAIM = 5.0  # seconds; a request that could not start by then may no longer be right


class ClaimAges:
    """When the requests of claims must start, and which of them were too late.

    A laptop slept, or the process was stopped. Somebody may have closed the incident since, and nobody
    should get an old text after the end. A new claim passes over what was superseded.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._leave_by: dict[int, float] = {}
        self._refused: set[int] = set()

    def claimed(self, claims: Sequence[Claim], at: float) -> None:
        """These claims were on disk at that monotonic moment."""
        self._leave_by.update((claim.attempt, at + _LONGEST_CLAIM) for claim in claims)

    def start(self, claims: Sequence[Claim]) -> Start | None:
        """Return the limit for the request that carries these claims; None if they are too old by now.

        A slow connection is no sleep. It may take CONNECT_TIMEOUT, and without that time on top, a claim that
        waited for a slot would be refused and claimed again without an end.
        """
        leave_by = min(self._leave_by.pop(claim.attempt) for claim in claims)
        if self._clock.monotonic() > leave_by:
            return None
        return Start(leave_by + CONNECT_TIMEOUT, self._clock)

    def was_late(self, start: Start, claims: Sequence[Claim], outcomes: Sequence[Outcome]) -> bool:
        """Whether nothing was written because the claims had become too old, and no provider is to blame.

        A second time in one run is no sleep any more: what comes before the request takes too long, and that
        is a failure like any other.
        """
        if not start.refused or not all(isinstance(outcome, NotSent) for outcome in outcomes):
            return False
        late = {claim.delivery for claim in claims}
        again = bool(late & self._refused)
        self._refused |= late
        return not again
