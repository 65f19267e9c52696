"""The next update that readers are promised: when it is due, whether it is late, and which notice kept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from broadcast.model.incident import Severity
from broadcast.model.moments import elapsed, later

#: How soon readers are promised the next update if neither the command nor `[cadence]` says it.
CADENCE: Mapping[Severity, timedelta] = {
    Severity.SEV1: timedelta(minutes=15),
    Severity.SEV2: timedelta(minutes=30),
    Severity.SEV3: timedelta(minutes=60),
}
#: Readers see minutes, so a report calls an update at 14:30:40 on time for 14:30.
GRACE = timedelta(minutes=1)
#: Announced work that has not begun, or not ended, after this time makes a page doubtful.
_GRACE_OF_WORK = timedelta(minutes=30)
#: So does an open incident without a promise and without an update for this time.
_LONGEST_SILENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """The `[cadence]` table: how soon each audience is promised the next update, and who is reminded of it.

    Attributes:
        spans: By audience and severity; None promises nothing. What is missing is as in `CADENCE`.
        remind: Who is reminded of a promise: `audience:duty`, `oncall:support` or `escalation:duty`; None
            reminds nobody.
        before: How long before a promise is due its reminder is sent.

    Example:
        >>> Cadence(spans={"executives": {Severity.SEV1: half_an_hour}}).shortest(["executives"])
        {Severity.SEV1: half_an_hour, Severity.SEV2: half_an_hour, Severity.SEV3: one_hour}
    """

    spans: Mapping[str, Mapping[Severity, timedelta | None]] = field(default_factory=dict)
    remind: str | None = None
    before: timedelta = timedelta(minutes=5)

    def shortest(self, audiences: Iterable[str]) -> Mapping[Severity, timedelta]:
        """Return the shortest span of these audiences by severity: one notice promises all of them one time.

        A severity that promises nothing to any of them is missing.
        """
        changed = [self.spans.get(audience, {}) for audience in audiences] or [{}]
        found = {}
        for severity in Severity:
            spans = (one.get(severity, CADENCE.get(severity)) for one in changed)
            shortest = min((span for span in spans if span is not None), default=None)
            if shortest is not None:
                found[severity] = shortest
        return found


class PromiseVerdict(StrEnum):
    """The result of a promise."""

    KEPT = "kept"
    LATE = "late"
    PENDING = "pending"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A next update that a notice promised, as it stands at `as_of`.

    Attributes:
        notice: The number of the notice that promised it.
        due_at: When readers were told to expect it.
        as_of: The time at which it is judged.
        answer: The number of the notice that came; None if none came yet.
        came_at: When a provider accepted the first message of that notice.

    Example:
        >>> promise = judge(1, due_at=half_past_two, updates=[(half_past_two + ten_minutes, 2)], now=evening)
        >>> promise.verdict, promise.late, promise.answer
        (PromiseVerdict.LATE, timedelta(minutes=10), 2)
    """

    notice: int
    due_at: datetime
    as_of: datetime
    answer: int | None = None
    came_at: datetime | None = None

    @property
    def verdict(self) -> PromiseVerdict:
        """Whether it was kept, came late, may still be kept, or is overdue."""
        if self.came_at is not None:
            return PromiseVerdict.LATE if overdue(self.due_at, self.came_at, GRACE) else PromiseVerdict.KEPT
        waiting = overdue(self.due_at, self.as_of, GRACE)
        return PromiseVerdict.OVERDUE if waiting else PromiseVerdict.PENDING

    @property
    def late(self) -> timedelta:
        """How long after `due_at` the update came, or how long it is overdue; zero if it is not late."""
        if self.verdict in {PromiseVerdict.KEPT, PromiseVerdict.PENDING}:
            return timedelta()
        return elapsed(self.due_at, self.came_at or self.as_of)


def due_at(
    severity: Severity, now: datetime, spans: Mapping[Severity, timedelta] = CADENCE
) -> datetime | None:
    """Return the moment, in UTC, that is promised by default; None if the severity promises none.

    Texts show hours and minutes, so whole minutes are promised.
    """
    span = spans.get(severity)
    return None if span is None else later(now, span).replace(second=0, microsecond=0)


def overdue(due: datetime | None, now: datetime, grace: timedelta = timedelta()) -> bool:
    """Return whether something announced for `due` is late at `now`; False if nothing was announced.

    An alarm takes no grace, so that it rings in time. A verdict takes `GRACE`, because readers see minutes.
    """
    return due is not None and elapsed(due, now) >= grace


def judge(notice: int, due_at: datetime, updates: Iterable[tuple[datetime, int]], now: datetime) -> Promise:
    """Return the promise of a notice; `updates` are when each later notice came, and its number."""
    by_time = sorted((came_at.astimezone(UTC), number) for came_at, number in updates)
    came_at, answer = by_time[0] if by_time else (None, None)
    return Promise(notice=notice, due_at=due_at, as_of=now, answer=answer, came_at=came_at)


def doubtful_at(*, promised: datetime | None, awaited: datetime | None, said_at: datetime) -> datetime:
    """Return when readers should doubt that a page is up to date.

    That is the promised moment; without one, some time after announced work should have begun or ended
    (`awaited`); without either, a long time after the latest update (`said_at`).
    """
    if promised is not None:
        return promised
    return said_at + _LONGEST_SILENCE if awaited is None else awaited + _GRACE_OF_WORK
