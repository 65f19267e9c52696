"""A service that is asked beside a call is left alone for a while once it fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Circuit:
    """Closed while requests are answered; after `threshold` failures in a row open for `pause` seconds.

    Then one request tries it again: another failure opens it at once. Times are monotonic seconds.

    >>> circuit = Circuit(threshold=1, pause=30.0)
    >>> circuit.failed(now=100.0)
    >>> circuit.allows(now=129.0), circuit.allows(now=130.0), circuit.allows(now=130.1)
    (False, True, False)
    """

    threshold: int = 3
    pause: float = 30.0
    failures: int = 0
    open_until: float = 0.0

    def allows(self, now: float) -> bool:
        """Return whether a request may be made now; the one that tries it again keeps others away."""
        if self.failures < self.threshold:
            return True
        if now < self.open_until:
            return False
        self.open_until = now + self.pause
        return True

    def answered(self) -> None:
        """Count an answer."""
        self.failures, self.open_until = 0, 0.0

    def failed(self, now: float) -> None:
        """Count a failure."""
        self.failures += 1
        if self.failures >= self.threshold:
            self.open_until = now + self.pause

    @property
    def open(self) -> bool:
        """Whether the service counts as failing."""
        return self.failures >= self.threshold
