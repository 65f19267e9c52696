"""The difference between this machine's clock and a provider's, as far as an answer proves it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.channels.dates import http_date

_WORTH_SAYING = timedelta(seconds=5)
_SECOND = timedelta(seconds=1)
_PAUSE = 10.0  # seconds between two comparisons: many answers in a short time show the same difference


@dataclass(slots=True)
class ClockSkew:
    """The largest difference that an answer has proved: `ahead` is negative if our clock is behind."""

    ahead: timedelta = timedelta()
    _again: float = field(default=0.0, repr=False)

    def note(self, headers: Mapping[str, str], asked: datetime, received: datetime) -> None:
        """Compare an answer's `Date`, written between `asked` and `received`, with our clock."""
        if time.monotonic() < self._again:
            return
        # An answer from a cache (`Age`) has the date of an earlier answer.
        date = None if "Age" in headers else http_date(headers.get("Date", ""))
        if date is None:
            return
        self._again = time.monotonic() + _PAUSE
        ahead, behind = asked - (date + _SECOND), received - date
        proved = max(ahead, timedelta()) or min(behind, timedelta())
        if abs(proved) > abs(self.ahead):
            self.ahead = proved


def skew_warnings(skews: Mapping[str, timedelta]) -> Iterator[str]:
    """Yield warnings about the differences to the clocks of these channels' providers."""
    for word, sign in (("ahead of", 1), ("behind", -1)):
        apart = {name: ahead * sign for name, ahead in skews.items() if ahead * sign > _WORTH_SAYING}
        if apart:
            span, names = _spelled(max(apart.values())), ", ".join(sorted(apart))
            yield f"this machine's clock is {span} {word} the clocks of {names}; set it: texts show its times"


def _spelled(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
