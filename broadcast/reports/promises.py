"""Promised updates: when they were due, and when the update really came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.reports.timeline import NoticeSummary

#: Readers see times in minutes: an update at 14:30:40 is on time for 14:30.
_SPOKEN_PRECISION = timedelta(minutes=1)


class PromiseVerdict(StrEnum):
    """The result of a promise."""

    KEPT = "kept"
    LATE = "late"
    PENDING = "pending"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A next update that notice `notice` promised for `due`.

    It came when a provider accepted the first message of a later notice: number `answer`, at `came_at`.
    `late` is how long after `due` that was, or how long it is overdue; zero if the promise was kept.
    """

    notice: int
    due: datetime
    answer: int | None
    came_at: datetime | None
    verdict: PromiseVerdict
    late: timedelta


def promises(chapters: Sequence[NoticeSummary], now: datetime) -> tuple[Promise, ...]:
    """Return every promise, in order."""
    return tuple(
        _promise(chapter.number, chapter.notice.next_update_at, chapters[place + 1 :], now)
        for place, chapter in enumerate(chapters)
        if chapter.notice.next_update_at is not None
    )


def _promise(number: int, due: datetime, later: Sequence[NoticeSummary], now: datetime) -> Promise:
    came = min(((c.accepted_at, c.number) for c in later if c.accepted_at), default=None)
    if came is None:
        verdict = PromiseVerdict.PENDING if now < due + _SPOKEN_PRECISION else PromiseVerdict.OVERDUE
        late = now - due if verdict is PromiseVerdict.OVERDUE else timedelta()
        return Promise(notice=number, due=due, answer=None, came_at=None, verdict=verdict, late=late)
    came_at, answer = came
    kept = came_at < due + _SPOKEN_PRECISION
    verdict = PromiseVerdict.KEPT if kept else PromiseVerdict.LATE
    return Promise(
        notice=number,
        due=due,
        answer=answer,
        came_at=came_at,
        verdict=verdict,
        late=timedelta() if kept else came_at - due,
    )
