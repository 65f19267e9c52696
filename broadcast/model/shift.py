"""Shifts: when a person is on duty, in wall times of a zone.

A wall time that occurs twice, because clocks go back, means the first time. One that the change to summer
time skips means that time as clocks would show it without the change (RFC 5545, 3.3.5). So a shift until
02:30 and one from 02:30 meet on every day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = len(_DAY_NAMES)
_HOUR = 60
_DAY = 24 * _HOUR
#: A local date and the UTC date of the same moment differ by one day at most; a shift lasts up to two dates.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Duty:
    """One turn of one person, in UTC; `who` is the person as the shift names them."""

    who: str
    starts: datetime
    ends: datetime


class Shift(Protocol):
    """The hours in which people are on duty: yields their turns."""

    def duties(self, starts: datetime, ends: datetime, zone: tzinfo) -> Iterator[Duty]:
        """Yield the turns that overlap the period; `zone` is that of wall times without one."""
        ...

    def people(self) -> tuple[str, ...]:
        """Return the people as the shift names them."""
        ...


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """The same hours on certain days of each week.

    `days` are 0 (Monday) to 6; `opens` and `closes` are minutes after midnight of such a day, and `closes`
    is more than a day if the shift ends on the next one.
    """

    who: str
    days: frozenset[int]
    opens: int
    closes: int

    def duties(self, starts: datetime, ends: datetime, zone: tzinfo) -> Iterator[Duty]:
        """Yield the turns that overlap the period."""
        day, last = starts.astimezone(UTC).date() - _MARGIN, ends.astimezone(UTC).date() + _MARGIN
        while day <= last:
            if day.weekday() in self.days:
                begins, stops = _moment(day, self.opens, zone), _moment(day, self.closes, zone)
                if begins < stops and begins < ends and stops > starts:
                    yield Duty(self.who, begins, stops)
            day += timedelta(days=1)

    def people(self) -> tuple[str, ...]:
        """Return the person."""
        return (self.who,)

    def __str__(self) -> str:
        closes = self.closes if self.closes <= _DAY else self.closes - _DAY
        return f"{self.who} {_day_names(self.days)} {_clock(self.opens)}-{_clock(closes)}"


@dataclass(frozen=True, slots=True)
class DatedShift:
    """One turn with its dates; `starts` and `ends` are wall times without a zone."""

    who: str
    starts: datetime
    ends: datetime

    def duties(self, starts: datetime, ends: datetime, zone: tzinfo) -> Iterator[Duty]:
        """Yield the turn if it overlaps the period."""
        begins, stops = wall_time(self.starts, zone), wall_time(self.ends, zone)
        if begins < stops and begins < ends and stops > starts:
            yield Duty(self.who, begins, stops)

    def people(self) -> tuple[str, ...]:
        """Return the person."""
        return (self.who,)

    def __str__(self) -> str:
        return f"{self.who} {self.starts:%Y-%m-%dT%H:%M} to {self.ends:%Y-%m-%dT%H:%M}"


def wall_time(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, at which clocks in `zone` show `wall`, which has no zone itself."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _moment(day: date, minutes: int, zone: tzinfo) -> datetime:
    return wall_time(datetime.combine(day, time()) + timedelta(minutes=minutes), zone)


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"


def _day_names(days: frozenset[int]) -> str:
    """Return `mon-fri`, or each day by name."""
    listed = sorted(days)
    if len(listed) > 1 and listed[-1] - listed[0] == len(listed) - 1:
        return f"{_DAY_NAMES[listed[0]]}-{_DAY_NAMES[listed[-1]]}"
    return ",".join(_DAY_NAMES[day] for day in listed)


def week_days(first: int, last: int) -> frozenset[int]:
    """Return the days from `first` to `last`, over the end of the week if need be: Friday to Monday."""
    return frozenset((first + offset) % _WEEK for offset in range((last - first) % _WEEK + 1))
