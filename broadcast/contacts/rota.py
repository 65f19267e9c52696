"""A rota: who is on duty at a time, who takes over next, and when there is nobody.

Everything is calculated from values; `who` is whatever the shifts name people by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from broadcast.model.shift import Duty, Shift

#: A hand-over later than this is not looked for.
HORIZON = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Period:
    """A period in UTC: `starts` belongs to it, `ends` does not."""

    starts: datetime
    ends: datetime

    def __contains__(self, moment: datetime) -> bool:
        """Return whether the moment lies in the period."""
        return self.starts <= moment < self.ends


@dataclass(frozen=True, slots=True)
class HandOver:
    """The next change: its time, and the people on duty from then on; none if a gap begins."""

    at: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """The shifts of a rota, and the absences of each person.

    `zone` is that of wall times. `absences` and `names` go by the name that a shift uses; a person whom
    `names` does not have cannot be called, so that a shift of theirs is a gap. Several names may stand for
    one person.
    """

    shifts: Sequence[Shift]
    zone: tzinfo
    names: Mapping[str, str]
    absences: Mapping[str, Sequence[Period]]

    def on_duty(self, at: datetime) -> tuple[str, ...]:
        """Return the people on duty at that time, in the order of the shifts: the first is called first."""
        moment = at.astimezone(UTC)
        return _present_at(moment, self._duties(moment, moment + timedelta(microseconds=1)))

    def next_hand_over(self, at: datetime) -> HandOver | None:
        """Return the next change of who is on duty; None if nothing changes for 35 days."""
        moment = at.astimezone(UTC)
        ends = moment + HORIZON
        duties = self._duties(moment, ends)
        now = _present_at(moment, duties)
        for change in sorted(_changes(duties)):
            if moment < change < ends and (then := _present_at(change, duties)) != now:
                return HandOver(change, then)
        return None

    def until(self, who: str, at: datetime) -> datetime | None:
        """Return when the person's duty ends, over shifts that follow each other; None if after 35 days."""
        moment = end = at.astimezone(UTC)
        own = [one for one in self._duties(moment, moment + HORIZON) if one.who == who]
        for duty in sorted(own, key=_start):
            if duty.starts <= end:
                end = max(end, duty.ends)
        return end if end < moment + HORIZON else None

    def gaps(self, starts: datetime, ends: datetime) -> list[Period]:
        """Return the times in the period at which nobody is on duty."""
        reached, last = starts.astimezone(UTC), ends.astimezone(UTC)
        gaps = []
        for duty in sorted(self._duties(reached, last), key=_start):
            if duty.starts > reached:
                gaps.append(Period(reached, duty.starts))
            reached = max(reached, duty.ends)
        return [*gaps, Period(reached, last)] if reached < last else gaps

    def people(self) -> tuple[str, ...]:
        """Return everybody in the shifts, as the shifts name them."""
        return tuple(dict.fromkeys(who for shift in self.shifts for who in shift.people()))

    def _duties(self, starts: datetime, ends: datetime) -> list[Duty]:
        """Return what is left of the turns without absences, by the person's own name."""
        return [
            Duty(self.names[duty.who], part.starts, part.ends)
            for shift in self.shifts
            for duty in shift.duties(starts, ends, self.zone)
            if duty.who in self.names
            for part in self._present(duty)
            if part.starts < ends and part.ends > starts
        ]

    def _present(self, duty: Duty) -> Iterator[Period]:
        """Yield the parts of a turn in which the person is not absent."""
        reached = duty.starts
        for absence in sorted(self.absences.get(self.names[duty.who], ()), key=_start):
            if absence.starts > reached:
                yield Period(reached, min(absence.starts, duty.ends))
            reached = max(reached, absence.ends)
            if reached >= duty.ends:
                return
        yield Period(reached, duty.ends)


def _present_at(moment: datetime, duties: Sequence[Duty]) -> tuple[str, ...]:
    """Return the people whose turn it is, each once, in the order of these turns."""
    return tuple(dict.fromkeys(one.who for one in duties if one.starts <= moment < one.ends))


def _changes(duties: Sequence[Duty]) -> set[datetime]:
    return {moment for duty in duties for moment in (duty.starts, duty.ends)}


def _start(period: Duty | Period) -> datetime:
    return period.starts
