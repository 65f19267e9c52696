"""Promised updates of an incident: when they were due, and when the update really came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from broadcast.model.promise import Promise, judge
from broadcast.reports.timeline import NoticeSummary


def promises(chapters: Sequence[NoticeSummary], now: datetime) -> tuple[Promise, ...]:
    """Return every promise, in order. An update came when a provider accepted its first message."""
    return tuple(
        judge(
            chapter.number,
            due_at=chapter.notice.next_update_at,
            updates=((one.accepted_at, one.number) for one in chapters[place:] if one.accepted_at),
            now=now,
        )
        for place, chapter in enumerate(chapters, 1)
        if chapter.notice.next_update_at is not None
    )
