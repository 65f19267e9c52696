"""Refuse requests whose claims have gone stale: rule 1 of `broadcast.ledger.store`."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.channels.start_limit import Start
from broadcast.channels.transport import CONNECT_TIMEOUT
from broadcast.ledger.records import Claim
from broadcast.model.clock import Clock
from broadcast.model.outcome import NotSent, Outcome

_LONGEST_CLAIM = 5.0  # seconds from the commit of the claim to the start of its request


class ClaimAges:
    """Knows by when the request of each claim must start, and which requests were too late.

    While a laptop sleeps or the process is stopped, another process may close the incident, and an old text
    must not arrive after the end. So a stale claim is withdrawn; a new one passes over what was superseded.

    Example:
        >>> ages.claimed(claims, turn.claimed_at)
        >>> start = ages.start(claims)  # None: withdraw them
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._leave_by: dict[int, float] = {}
        self._refused: set[int] = set()

    def claimed(self, claims: Sequence[Claim], at: float) -> None:
        """Note that these claims were on disk at that time, in monotonic seconds."""
        self._leave_by.update((claim.attempt, at + _LONGEST_CLAIM) for claim in claims)

    def start(self, claims: Sequence[Claim]) -> Start | None:
        """Return the limit for the first byte of the request with these claims; None if they are stale."""
        leave_by = min(self._leave_by.pop(claim.attempt) for claim in claims)
        if self._clock.monotonic() > leave_by:
            return None
        # A slow connection is no sleep. Without time for it, a claim that waited for a slot would be refused
        # and claimed again without an end.
        return Start(leave_by + CONNECT_TIMEOUT, self._clock)

    def was_late(self, start: Start, claims: Sequence[Claim], outcomes: Sequence[Outcome]) -> bool:
        """Return whether nothing was written because the claims went stale after the request began.

        If that happens to a delivery twice in one run, the machine did not sleep: the provider's sign-in or
        connection takes too long. That is a failure like any other, so it is False.
        """
        if not start.refused or not all(isinstance(outcome, NotSent) for outcome in outcomes):
            return False
        late = {claim.delivery for claim in claims}
        again = bool(late & self._refused)
        self._refused |= late
        return not again
