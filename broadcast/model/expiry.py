"""When an undelivered text is too old to be true, so that it is not sent any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from broadcast.model.incident import Severity
from broadcast.model.moments import later
from broadcast.model.notice import Facts

#: How long a text holds if the command does not say it: the worse it is, the sooner there is other news.
EXPIRES: Mapping[Severity, timedelta] = {
    Severity.SEV1: timedelta(hours=4),
    Severity.SEV2: timedelta(hours=8),
    Severity.SEV3: timedelta(hours=24),
    Severity.SEV4: timedelta(hours=48),
}
#: However soon it is outdated, a text has this time to leave.
_LEAST = timedelta(minutes=5)


def expires_at(facts: Facts, now: datetime, asked: timedelta | None = None) -> datetime | None:
    """Return when the texts of a notice expire, in UTC; None if they never do.

    Without `asked`, the end of an incident never expires: who was told of it must hear that it is over.
    Announced work expires with its window, and its reminder when it begins.
    """
    if asked is not None:
        return later(now, asked)
    if facts.phase.closed:
        return None
    if facts.reminder and facts.window_starts:
        return max(later(facts.window_starts, timedelta()), later(now, _LEAST))
    if facts.phase.maintenance:
        # Work that is announced while it ends is still announced.
        return facts.window_ends and max(later(facts.window_ends, timedelta()), later(now, _LEAST))
    return later(now, EXPIRES[facts.severity])
