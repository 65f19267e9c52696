"""Lengths of time and points in time, as people type them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from broadcast.errors import UsageError
from broadcast.model.moments import repeated
from broadcast.model.zone import with_zone

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(
    r"(?:(?P<d>\d+)d)?\s*(?:(?P<h>\d+(?:\.\d+)?)h)?\s*(?:(?P<m>\d+(?:\.\d+)?)m)?\s*"
    r"(?:(?P<s>\d+(?:\.\d+)?)s)?\s*(?:(?P<ms>\d+)ms)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?", re.ASCII)
_WEEKDAYS = (
    ("mo", "mon", "monday", "montag"),
    ("di", "tue", "tuesday", "dienstag"),
    ("mi", "wed", "wednesday", "mittwoch"),
    ("do", "thu", "thursday", "donnerstag"),
    ("fr", "fri", "friday", "freitag"),
    ("sa", "sat", "saturday", "samstag"),
    ("so", "sun", "sunday", "sonntag"),
)
_YEAR = 366 * 86_400.0
#: In years: the first and last days of the calendar do not exist in every timezone.
_YEARS = range(1970, 2200)
#: How much two clocks in one room may differ.
_FAST = timedelta(minutes=5)
_HALF_A_DAY = timedelta(hours=12)

_DURATION_EXAMPLES = 'write it like "30s", "1h30m" or "90d"'
_DAY_EXAMPLES = "write it like 2026-12-01, 1.12., Fr or Friday; none withdraws it"
_PAST_EXAMPLES = "write it like 14:05, 20m (that long ago), 2026-11-22T14:05 or now"


def parse_duration(value: str | float, *, years: int = 1) -> float:
    """Return the seconds in `30s`, `5m`, `1h30m`, `2h`, `1d`, `500ms` or in a number of seconds.

    A text must have a unit. Raises `UsageError` for anything else and for more than `years`.
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
    """Return the shortest text that `parse_duration` reads back, exact to the millisecond."""
    rest = round(seconds * 1000)
    parts = []
    for unit, length in _UNITS.items():
        count, rest = divmod(rest, round(length * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_moment(text: str, now: datetime, timezone: ZoneInfo) -> datetime | None:
    """Return a moment later than `now`, in UTC; None for `none`.

    Takes a duration from now, a time of day in `timezone` (tomorrow's if today's has passed) or an ISO date
    and time. Of a time that occurs twice when clocks change, the first one ahead is meant. Raises
    `UsageError` for anything else, for the past, for a time of day that has just passed, and for a time that
    the change to summer time skips.
    """
    now = now.astimezone(UTC)
    examples = _ahead_examples(now, timezone)
    moment = _ahead(text, now, timezone, examples)
    if moment is not None and moment <= now:
        raise UsageError(f"{text} is not in the future", hint=examples)
    if _just_passed(text, now, timezone) and not (moment and moment - now < _HALF_A_DAY):
        raise UsageError(f"{text} has just passed", hint="name a later time, or tomorrow's with its date")
    return moment


def parse_day(text: str, now: datetime, timezone: ZoneInfo) -> datetime | None:
    """Return a day in `timezone` that is not over, as its noon there; None for `none`.

    Takes an ISO date, a German one (`1.12.` or `1.12.2026`), or the name of the next such weekday in English
    or German (`Fr`, `Friday`, `Freitag`). Raises `UsageError` for anything else and for the past.
    """
    wanted, today = text.strip().lower().rstrip(","), now.astimezone(timezone).date()
    if wanted == "none":
        return None
    day = _next_weekday(wanted, today) or _german_date(wanted, today) or _iso_date(wanted)
    if day is None or day.year not in _YEARS:
        raise UsageError(f'"{text}" is not a day', hint=_DAY_EXAMPLES)
    if day < today:
        raise UsageError(f"{text} is over: it was {day}", hint=_DAY_EXAMPLES)
    return datetime.combine(day, time(12), timezone)


def parse_end(text: str, start: datetime, timezone: ZoneInfo) -> datetime | None:
    """Return the end of something that begins at `start`, in UTC; None for `none`.

    Like `parse_moment`, but counted from `start`: `90m` is its length, and a time of day is the first one
    after it. Raises `UsageError` if a date and time is not later than `start`.
    """
    return _end(text, start, timezone, _ahead_examples(start, timezone))


def parse_any_moment(text: str, now: datetime, timezone: ZoneInfo) -> datetime:
    """Return a moment before or after `now`, in UTC: `now`, a time as in `parse_moment`, or a day's midnight.

    Raises `UsageError` for anything else.
    """
    wanted, tomorrow = text.strip().lower(), _day_after(now, timezone)
    examples = f"write it like 14:30, 2h, {tomorrow}T08:00, {tomorrow} or now"
    if wanted == "now":
        return now.astimezone(UTC)
    day = _date_alone(wanted, now, timezone)
    moment = _midnight(day, timezone) if day else _ahead(text, now.astimezone(UTC), timezone, examples)
    if moment is None:
        raise UsageError(f'"{text}" is not a time', hint=examples)
    return moment


def parse_last_moment(text: str, start: datetime, timezone: ZoneInfo) -> datetime:
    """Return the end of an absence that begins at `start`, in UTC: as in `parse_end`; a day counts whole.

    Raises `UsageError` if it is not later than `start`.
    """
    day, following = _date_alone(text.strip().lower(), start, timezone), _day_after(start, timezone)
    if day:
        text = (day + timedelta(days=1)).isoformat() + "T00:00"
    examples = f"write it like 18:00, 2d, {following}T08:00, or {following}, which counts whole"
    moment = _end(text, start, timezone, examples)
    if moment is None:
        raise UsageError(f'"{text}" is not a time', hint=examples)
    return moment


def parse_past_moment(text: str, now: datetime, timezone: ZoneInfo) -> datetime:
    """Return a moment not later than `now`, in UTC: when something started or was noticed.

    Takes `now`, a duration before now, a time of day in `timezone` (yesterday's if today's is still to come)
    or an ISO date and time. A time up to five minutes ahead comes from a clock that is fast, and means now.
    Of a time that occurs twice when clocks change, the last one passed is meant. Raises `UsageError` for
    anything else and for the future.
    """
    wanted, now = text.strip().lower(), now.astimezone(UTC)
    if wanted == "now":
        return now
    length = _length(wanted.removesuffix(" ago"))
    if length is not None:
        return now - length
    clock = _time_of_day(wanted, _PAST_EXAMPLES)
    readings = _dated(text.strip(), timezone, _PAST_EXAMPLES) if clock is None else ()
    shown = readings if clock is None else _shown_around(clock, now, timezone)
    if any(now < moment <= now + _FAST for moment in shown):
        return now
    if clock is not None:
        return _on_the_clock(clock, now, timezone, ahead=False)
    passed = [moment for moment in readings if moment <= now]
    if not passed:
        raise UsageError(f"{text} is in the future", hint=_PAST_EXAMPLES)
    return passed[-1]


def weekday(name: str) -> int | None:
    """Return the day of that name, 0 for Monday: `fr`, `fri`, `friday`, `freitag`; None if there is none."""
    wanted = name.strip().lower().rstrip(".")
    return next((number for number, names in enumerate(_WEEKDAYS) if wanted in names), None)


def doubts(text: str, moment: datetime, now: datetime, timezone: ZoneInfo) -> Iterator[str]:
    """Yield remarks on how a time was read: another day than today's, or one of two."""
    wanted, shown = text.strip().lower(), moment.astimezone(timezone)
    clock = _CLOCK.fullmatch(wanted)
    if clock and shown.date() != now.astimezone(timezone).date():
        yield f"{wanted} is read as {shown:%A}, {with_zone(shown)}"
    if ":" in wanted and repeated(shown) and not _has_offset(text.strip()):
        yield (
            f"clocks show {shown:%H:%M} twice on {shown:%Y-%m-%d}: "
            f"{text.strip()} is read as {with_zone(shown, '%H:%M')}; "
            f"with its offset it is certain: {shown.isoformat(timespec='minutes')}"
        )


def _end(text: str, start: datetime, timezone: ZoneInfo, examples: str) -> datetime | None:
    moment = _ahead(text, start.astimezone(UTC), timezone, examples)
    if moment is not None and moment <= start.astimezone(UTC):
        ends, begins = moment.astimezone(timezone), start.astimezone(timezone)
        raise UsageError(
            f"it would end at {with_zone(ends)}, but it begins at {with_zone(begins)}",
            hint=f"give an end after the beginning; {examples}",
        )
    return moment


def _ahead_examples(base: datetime, timezone: ZoneInfo) -> str:
    return f"write it like 30m, 14:30 or {_day_after(base, timezone)}T14:30"


def _day_after(base: datetime, timezone: ZoneInfo) -> date:
    return base.astimezone(timezone).date() + timedelta(days=1)


def _ahead(text: str, base: datetime, timezone: ZoneInfo, examples: str) -> datetime | None:
    wanted = text.strip().lower()
    if wanted == "none":
        return None
    length = _length(wanted)
    if length is not None:
        return base + length
    clock = _time_of_day(wanted, examples)
    if clock is not None:
        return _on_the_clock(clock, base, timezone, ahead=True)
    readings = _dated(text.strip(), timezone, examples)
    return next((moment for moment in readings if moment > base), readings[-1])


def _just_passed(text: str, now: datetime, timezone: ZoneInfo) -> bool:
    """Return whether that time of day is now, or was in the last five minutes."""
    clock = _time_of_day(text.strip(), "")
    return clock is not None and any(
        moment <= now < moment + _FAST for moment in _shown_around(clock, now, timezone)
    )


def _has_offset(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _date_alone(text: str, now: datetime, timezone: ZoneInfo) -> date | None:
    """Return the day that a date without a time names."""
    day = _german_date(text, now.astimezone(timezone).date()) or _iso_date(text)
    return day if day and day.year in _YEARS else None


def _midnight(day: date, timezone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), timezone).astimezone(UTC)


def _next_weekday(text: str, today: date) -> date | None:
    """Return the next day with that name, after today."""
    number = weekday(text)
    return None if number is None else today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _german_date(text: str, today: date) -> date | None:
    """Return the next such day: `1.12.2026`, or `1.12.`."""
    match = _GERMAN_DATE.fullmatch(text)
    if match is None:
        return None
    day, month = int(match[1]), int(match[2])
    years = [int(match[3])] if match[3] else [today.year, today.year + 1]
    found = [date(year, month, day) for year in years if _exists(year, month, day)]
    return next((one for one in found if one >= today), found[0] if found else None)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if "-" in text else None
    except ValueError:
        return None


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


def _dated(text: str, timezone: ZoneInfo, examples: str) -> list[datetime]:
    problem = UsageError(f'"{text}" is not a time', hint=examples)
    if ":" not in text:  # a date alone would silently mean midnight, and "2230" a year
        raise problem
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise problem from None
    if moment.year not in _YEARS:
        raise UsageError(f"{text} is too far from today", hint=examples)
    if moment.tzinfo is not None:
        return [moment.astimezone(UTC)]
    readings = _readings(moment.date(), moment.time(), timezone)
    if not readings:
        raise _left_out(moment.date(), moment.time(), timezone)
    return readings


def _on_the_clock(clock: time, base: datetime, timezone: ZoneInfo, *, ahead: bool) -> datetime:
    """Return the nearest moment with that time of day, in UTC: the first after `base`, or the last before."""
    today = base.astimezone(timezone).date()
    for day in (today, today + timedelta(days=1 if ahead else -1)):
        readings = _readings(day, clock, timezone)
        wanted = [moment for moment in readings if (moment > base) is ahead]
        if wanted:
            return wanted[0] if ahead else wanted[-1]
        skipped = datetime.combine(day, clock, timezone).astimezone(UTC)
        if not readings and (skipped > base) is ahead:
            raise _left_out(day, clock, timezone)
    raise _left_out(day, clock, timezone)


def _shown_around(clock: time, now: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moments within a day of `now` with that time of day."""
    today = now.astimezone(timezone).date()
    for offset in (-1, 0, 1):
        yield from _readings(today + timedelta(days=offset), clock, timezone)


def _readings(day: date, clock: time, timezone: ZoneInfo) -> list[datetime]:
    """Return the moments, in UTC, with that time of day: one, or none or two when clocks change."""
    wall = datetime.combine(day, clock)
    moments = {wall.replace(tzinfo=timezone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in moments if m.astimezone(timezone).replace(tzinfo=None, fold=0) == wall)


def _left_out(day: date, clock: time, timezone: ZoneInfo) -> UsageError:
    return UsageError(
        f"{clock:%H:%M} does not exist on {day} in {timezone.key}: clocks go forward over it",
        hint="name a time an hour earlier or later",
    )
