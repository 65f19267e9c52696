"""Warn about a notice that is sent long after it was written. Pure.

A recorded text is never changed: the ledger must show what people read, and lost answers are looked up by
it. E-mails, pages and calls state their time. SMS and posts do not, so the commander has to know before a
retry.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from broadcast.ledger.records import Notice
from broadcast.model.moments import elapsed
from broadcast.model.promise import overdue
from broadcast.model.zone import with_zone

_FRESH = timedelta(minutes=10)


def lateness(notice: Notice, now: datetime) -> Iterator[str]:
    """Yield a warning if the notice's texts are out of date at `now`: a passed promise, or an old state."""
    facts, ref = notice.facts, f"{notice.incident}/{notice.sequence}"
    if notice.phase.closed:
        return
    instead = f"if it is no longer so, tell the newest state instead: update {notice.incident}"
    if facts.next_update and overdue(facts.next_update, now):
        promised = with_zone(facts.next_update)
        yield f"{ref} promises the next update for {promised}, which has passed; {instead}"
    elif elapsed(facts.as_of, now) > _FRESH:
        written = with_zone(facts.as_of)
        yield f"{ref} was written at {written}, which text messages and posts do not say; {instead}"
