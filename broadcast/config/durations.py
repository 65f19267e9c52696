"""Lengths of time and points in time, as people type them."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from broadcast.errors import UsageError

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(
    r"(?:(?P<d>\d+)d)?\s*(?:(?P<h>\d+(?:\.\d+)?)h)?\s*(?:(?P<m>\d+(?:\.\d+)?)m)?\s*"
    r"(?:(?P<s>\d+(?:\.\d+)?)s)?\s*(?:(?P<ms>\d+)ms)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_YEAR = 366 * 86_400.0

_DURATION_EXAMPLES = 'write it like "30s", "1h30m" or "90d"'
_AHEAD_EXAMPLES = "write it like 30m, 14:30, 2026-11-22T14:30 or none"
_PAST_EXAMPLES = "write it like 14:05, 20m (that long ago), 2026-11-22T14:05 or now"


def parse_duration(value: str | float, *, years: int = 1) -> float:
    """Seconds meant by `30s`, `5m`, `1h30m`, `2h`, `1d`, `500ms` or by a number of seconds.

    A text must name its unit. Raises `UsageError` on anything else and on more than so many years.
    """
    seconds = _spelled(value) if isinstance(value, str) else _counted(value)
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        shown = f'"{value}"' if isinstance(value, str) else str(value)
        raise UsageError(f"{shown} is not a duration", hint=_DURATION_EXAMPLES)
    if seconds > years * _YEAR:
        longest = "a year" if years == 1 else f"{years} years"
        raise UsageError(f"{value} is longer than {longest}", hint=_DURATION_EXAMPLES)
    return seconds


def format_duration(seconds: float) -> str:
    """The shortest spelling that `parse_duration` reads back, exact to the millisecond."""
    rest = round(seconds * 1000)
    parts = []
    for unit, length in _UNITS.items():
        count, rest = divmod(rest, round(length * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_moment(text: str, now: datetime, timezone: ZoneInfo) -> datetime | None:
    """A moment ahead of `now`, in UTC; None for `none`.

    Takes a duration from now, a time of day in `timezone` (tomorrow's where today's has passed) or an
    ISO date and time. Raises `UsageError` on anything else, on the past, and on a time that the change
    to summer time leaves out.
    """
    wanted = text.strip().lower()
    if wanted == "none":
        return None
    clock = _time_of_day(wanted, _AHEAD_EXAMPLES)
    if clock is not None:
        return _on_the_clock(clock, now, timezone, days=(0, 1))
    length = _length(wanted)
    moment = now + length if length is not None else _dated(text.strip(), timezone, _AHEAD_EXAMPLES)
    if moment <= now:
        raise UsageError(f"{text} is not in the future", hint=_AHEAD_EXAMPLES)
    return moment.astimezone(UTC)


def parse_past_moment(text: str, now: datetime, timezone: ZoneInfo) -> datetime:
    """A moment not later than `now`, in UTC: when something started or was noticed.

    Takes `now`, a duration before now, a time of day in `timezone` (yesterday's where today's is still to
    come) or an ISO date and time. Raises `UsageError` on anything else and on the future.
    """
    wanted = text.strip().lower()
    if wanted == "now":
        return now.astimezone(UTC)
    clock = _time_of_day(wanted, _PAST_EXAMPLES)
    if clock is not None:
        return _on_the_clock(clock, now, timezone, days=(0, -1))
    length = _length(wanted.removesuffix(" ago"))
    moment = now - length if length is not None else _dated(text.strip(), timezone, _PAST_EXAMPLES)
    if moment > now:
        raise UsageError(f"{text} is in the future", hint=_PAST_EXAMPLES)
    return moment.astimezone(UTC)


def _spelled(text: str) -> float | None:
    match = _DURATION.fullmatch(text.strip().lower())
    found = {unit: count for unit, count in match.groupdict().items() if count} if match else {}
    return sum(float(count) * _UNITS[unit] for unit, count in found.items()) if found else None


def _counted(value: float) -> float | None:
    return None if isinstance(value, bool) else float(value)


def _length(text: str) -> timedelta | None:
    return timedelta(seconds=parse_duration(text)) if _spelled(text) is not None else None


def _time_of_day(text: str, examples: str) -> time | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2]))
    except ValueError:
        raise UsageError(f"{text} is not a time of day", hint=examples) from None


def _dated(text: str, timezone: ZoneInfo, examples: str) -> datetime:
    problem = UsageError(f'"{text}" is not a time', hint=examples)
    if ":" not in text:  # a date alone would silently mean midnight, and "2230" the year
        raise problem
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise problem from None
    if moment.tzinfo is not None:
        return moment
    readings = _readings(moment.date(), moment.time(), timezone)
    if not readings:
        raise _left_out(moment.date(), moment.time(), timezone)
    return readings[0]


def _on_the_clock(clock: time, now: datetime, timezone: ZoneInfo, days: tuple[int, int]) -> datetime:
    """The nearest reading of `clock`: the first after `now` where `days` go ahead, else the last by then."""
    local = now.astimezone(timezone)
    ahead = days[1] > 0
    for offset in days:
        day = local.date() + timedelta(days=offset)
        readings = _readings(day, clock, timezone)
        wanted = [moment for moment in readings if (moment > now) is ahead]
        if wanted:
            return wanted[0] if ahead else wanted[-1]
        passed = datetime.combine(day, clock) <= local.replace(tzinfo=None)
        if not readings and passed is not ahead:
            raise _left_out(day, clock, timezone)
    raise _left_out(local.date() + timedelta(days=days[1]), clock, timezone)


def _readings(day: date, clock: time, timezone: ZoneInfo) -> list[datetime]:
    """The moments, in UTC, at which clocks show this: none or two where summer time changes, else one."""
    wall = datetime.combine(day, clock)
    moments = {wall.replace(tzinfo=timezone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in moments if moment.astimezone(timezone).replace(tzinfo=None) == wall)


def _left_out(day: date, clock: time, timezone: ZoneInfo) -> UsageError:
    return UsageError(
        f"{clock:%H:%M} does not exist on {day} in {timezone.key}: clocks go forward over it",
        hint="name a time an hour earlier or later",
    )
