"""Shifts from a calendar: single events, and events that repeat daily or weekly.

What is not understood is refused by name: a shift that is left out silently is a night with nobody on duty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.contacts.calendar_file import CalendarProperty, RawEvent, read_events
from broadcast.errors import ConfigError
from broadcast.model.shift import Duty, wall_time

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DURATION = re.compile(
    r"\+?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
#: Properties that change when an event takes place, and which are not understood.
_REFUSED = ("RDATE", "EXRULE")
_RULE_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
#: Names of zones in calendars of Exchange, and a place in each (Unicode CLDR, windowsZones, read 2026-11-29).
_WINDOWS_ZONES = {
    "UTC": "UTC",
    "GMT STANDARD TIME": "Europe/London",
    "GREENWICH STANDARD TIME": "Atlantic/Reykjavik",
    "W. EUROPE STANDARD TIME": "Europe/Berlin",
    "CENTRAL EUROPE STANDARD TIME": "Europe/Budapest",
    "CENTRAL EUROPEAN STANDARD TIME": "Europe/Warsaw",
    "ROMANCE STANDARD TIME": "Europe/Paris",
    "E. EUROPE STANDARD TIME": "Europe/Chisinau",
    "FLE STANDARD TIME": "Europe/Kiev",
    "GTB STANDARD TIME": "Europe/Bucharest",
    "TURKEY STANDARD TIME": "Europe/Istanbul",
    "RUSSIAN STANDARD TIME": "Europe/Moscow",
    "EASTERN STANDARD TIME": "America/New_York",
    "CENTRAL STANDARD TIME": "America/Chicago",
    "MOUNTAIN STANDARD TIME": "America/Denver",
    "PACIFIC STANDARD TIME": "America/Los_Angeles",
    "INDIA STANDARD TIME": "Asia/Kolkata",
}
#: Occurrences of one event that are counted at most: daily for two hundred years.
_MOST = 73_000
_LONGEST = timedelta(days=366)


class _Unreadable(ValueError):
    """A property is not understood."""

    def __init__(self, property_name: str, what: str) -> None:
        super().__init__(f"{property_name} {what}")


@dataclass(frozen=True, slots=True)
class _Wall:
    """A wall time in a zone; without one (`zone` is None) in that of the organisation."""

    wall: datetime
    zone: tzinfo | None
    whole_day: bool = False

    def moment(self, default: tzinfo) -> datetime:
        """Return it in UTC."""
        return wall_time(self.wall, self.zone or default)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recurrence:
    """How an event repeats: every `interval` days, or weeks of which each begins on `week_start`."""

    weekly: bool
    interval: int = 1
    days: frozenset[int] = frozenset()
    most: int | None = None
    until: _Wall | None = None
    week_start: int = 0

    def dates(self, first: date) -> Iterator[date]:
        """Yield the days of the occurrences, without end; the first is always one (RFC 5545, 3.8.5.3)."""
        yield first
        days = self.days or ({first.weekday()} if self.weekly else frozenset(range(7)))
        week = first - timedelta(days=(first.weekday() - self.week_start) % 7)
        step = 7 * self.interval if self.weekly else self.interval
        for number in count():
            begin = (week if self.weekly else first) + timedelta(days=step * number)
            for offset in range(7 if self.weekly else 1):
                day = begin + timedelta(days=offset)
                if day > first and day.weekday() in days:
                    yield day


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """An event of a calendar as a shift of the people that it names.

    `nominal` is its length by the calendar and the clock, `exact` what really passes beside it. `without`
    are wall times, or whole days, of occurrences that do not take place.
    """

    who: tuple[str, ...]
    starts: _Wall
    nominal: timedelta
    exact: timedelta = timedelta()
    rule: _Recurrence | None = None
    without: frozenset[datetime | date] = frozenset()

    def duties(self, starts: datetime, ends: datetime, zone: tzinfo) -> Iterator[Duty]:
        """Yield the turns that overlap the period; times without a zone are in `zone`."""
        for wall in self._occurrences(ends, zone):
            begins = replace(self.starts, wall=wall).moment(zone)
            stops = replace(self.starts, wall=wall + self.nominal).moment(zone) + self.exact
            excluded = wall in self.without or wall.date() in self.without
            if not excluded and begins < stops and begins < ends and stops > starts:
                yield from (Duty(who, begins, stops) for who in self.who)

    def people(self) -> tuple[str, ...]:
        """Return the people as the event names them."""
        return self.who

    def _occurrences(self, ends: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Yield the wall times at which it begins, in their order, until the period is over."""
        if self.rule is None:
            yield self.starts.wall
            return
        last = self.rule.until and self.rule.until.moment(zone)
        most = _MOST if self.rule.most is None else self.rule.most
        for number, day in enumerate(self.rule.dates(self.starts.wall.date())):
            wall = datetime.combine(day, self.starts.wall.time())
            begins = replace(self.starts, wall=wall).moment(zone)
            if number >= most or begins >= ends or (last and begins > last):
                return
            yield wall


def read_calendar(path: Path) -> tuple[CalendarEvent, ...]:
    """Return the shifts in the calendar at `path`.

    The people of an event are its attendees, or else its title names one. Raises one `ConfigError` that
    lists every event that is not understood, with its line.
    """
    events, wrong = _in_force(read_events(path)), []
    shifts: list[CalendarEvent] = []
    changed = _changed(events)
    for event in events:
        try:
            if _takes_place(event):
                shifts.append(_shift(event, changed))
        except _Unreadable as error:
            wrong.append(f"{path}:{event.line}: {_title(event)}: {error}")
    if wrong:
        hint = "give such a shift in `shifts`, or as events that repeat daily or weekly"
        raise ConfigError("\n".join(wrong), hint=hint)
    return tuple(shifts)


def _in_force(events: Sequence[RawEvent]) -> list[RawEvent]:
    """Return the latest version of each event, without changed occurrences that were removed later."""
    latest: dict[tuple[str, str], RawEvent] = {}
    for event in events:
        key = (_value(event, "UID") or f"line {event.line}", _value(event, "RECURRENCE-ID"))
        if key not in latest or _sequence(event) >= _sequence(latest[key]):
            latest[key] = event
    removed = {
        (uid, value.strip())
        for (uid, instead), event in latest.items()
        for entry in event.all("EXDATE")
        for value in entry.value.split(",")
        if not instead
    }
    return [event for key, event in latest.items() if key not in removed]


def _value(event: RawEvent, name: str) -> str:
    entry = event.one(name)
    return entry.value.strip() if entry else ""


def _sequence(event: RawEvent) -> int:
    spelled = _value(event, "SEQUENCE")
    return int(spelled) if spelled.isascii() and spelled.isdigit() else 0


def _takes_place(event: RawEvent) -> bool:
    return _value(event, "STATUS").upper() != "CANCELLED"


def _changed(events: Sequence[RawEvent]) -> Mapping[str, list[CalendarProperty]]:
    """Return, by UID, the occurrences that an event of their own replaces or cancels."""
    changed: dict[str, list[CalendarProperty]] = {}
    for event in events:
        instead, uid = event.one("RECURRENCE-ID"), event.one("UID")
        if instead and uid:
            changed.setdefault(uid.value, []).append(instead)
    return changed


def _shift(event: RawEvent, changed: Mapping[str, list[CalendarProperty]]) -> CalendarEvent:
    for name in _REFUSED:
        if event.one(name):
            raise _Unreadable(name, "is not understood")
    begin, uid, instead = event.one("DTSTART"), event.one("UID"), event.one("RECURRENCE-ID")
    if begin is None:
        raise _Unreadable("DTSTART", "is missing")
    if instead and instead.parameters.get("RANGE"):
        raise _Unreadable("RECURRENCE-ID", "with RANGE is not understood")
    starts, rule = _wall(begin), None if instead else _rule(event)
    excluded = [*event.all("EXDATE"), *(() if instead or not uid else changed.get(uid.value, ()))]
    nominal, exact = _length(event, starts)
    return CalendarEvent(
        who=_people(event),
        starts=starts,
        nominal=nominal,
        exact=exact,
        rule=rule,
        without=frozenset(one for entry in excluded for one in _excluded(entry, starts))
        if rule
        else frozenset(),
    )


def _people(event: RawEvent) -> tuple[str, ...]:
    """Return the attendees, without those who declined; else the person that the title names."""
    attendees = [
        one.value.strip().lower().removeprefix("mailto:")
        for one in event.all("ATTENDEE")
        if one.parameters.get("PARTSTAT", "").upper() != "DECLINED"
        and one.parameters.get("CUTYPE", "INDIVIDUAL").upper() not in {"ROOM", "RESOURCE"}
    ]
    title = event.one("SUMMARY")
    # "On call: Anna Berg" names the person after the last colon.
    named = title.text.rpartition(":")[2].strip() if title else ""
    people = tuple(dict.fromkeys(filter(None, attendees or [named])))
    if not people:
        raise _Unreadable("SUMMARY", "names nobody, and there is no ATTENDEE")
    return people


def _title(event: RawEvent) -> str:
    title = event.one("SUMMARY")
    return f'"{title.text}"' if title else "an event without a title"


def _wall(entry: CalendarProperty) -> _Wall:
    spelled = entry.value.strip()
    return _walls(entry, [spelled])[0]


def _walls(entry: CalendarProperty, values: list[str]) -> list[_Wall]:
    zone = _zone(entry)
    return [_read_wall(entry.name, value, zone) for value in values]


def _read_wall(name: str, spelled: str, zone: tzinfo | None) -> _Wall:
    try:
        if len(spelled) == len("20261201"):
            return _Wall(datetime.combine(date.fromisoformat(spelled), time()), zone, whole_day=True)
        if re.fullmatch(r"\d{8}T\d{6}Z?", spelled, re.ASCII):
            wall = datetime.fromisoformat(spelled.removesuffix("Z"))
            return _Wall(wall, UTC if spelled.endswith("Z") else zone)
    except ValueError:
        pass
    raise _Unreadable(name, f"{spelled} is not a time")


def _zone(entry: CalendarProperty) -> tzinfo | None:
    spelled = entry.parameters.get("TZID", "").strip()
    if not spelled:
        return None
    parts = spelled.strip("/").split("/")
    # Some programs put their own name before a place: /mozilla.org/20050126_1/Europe/Berlin.
    for name in (_WINDOWS_ZONES.get(spelled.upper(), spelled), "/".join(parts[-2:]), "/".join(parts[-3:])):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            continue
    raise _Unreadable(
        entry.name, f"is in the time zone {spelled}, which is not known; Europe/Berlin would be"
    )


def _length(event: RawEvent, starts: _Wall) -> tuple[timedelta, timedelta]:
    """Return how long the event is by the clock, and what really passes beside it."""
    end, duration = event.one("DTEND"), event.one("DURATION")
    if end:
        stops = _wall(end)
        if (stops.zone is None) != (starts.zone is None):
            raise _Unreadable("DTEND", "has a time zone, and DTSTART has none, or the other way round")
        if stops.zone and starts.zone:
            stops = _Wall(stops.moment(UTC).astimezone(starts.zone).replace(tzinfo=None), starts.zone)
        nominal, exact = stops.wall - starts.wall, timedelta()
    elif duration:
        nominal, exact = _read_duration(duration.value.strip())
    else:
        nominal, exact = timedelta(days=1 if starts.whole_day else 0), timedelta()
    if not (end or duration or starts.whole_day):
        raise _Unreadable("DTEND", "is missing: when does the shift end?")
    if not timedelta() < nominal + exact <= _LONGEST:
        raise _Unreadable("DTEND" if end else "DURATION", "leaves no time, or more than a year")
    return nominal, exact


def _read_duration(spelled: str) -> tuple[timedelta, timedelta]:
    """Return days and weeks, which follow the calendar, and hours, which really pass (RFC 5545, 3.3.6)."""
    found = _DURATION.fullmatch(spelled)
    given = {unit: int(number) for unit, number in found.groupdict().items() if number} if found else {}
    if not given:
        raise _Unreadable("DURATION", f"{spelled} is not understood")
    calendar = {unit: given.pop(unit) for unit in ("weeks", "days") if unit in given}
    return timedelta(**calendar), timedelta(**given)


def _excluded(entry: CalendarProperty, starts: _Wall) -> Iterator[datetime | date]:
    """Yield wall times in the event's own zone, or whole days."""
    for one in _walls(entry, [value.strip() for value in entry.value.split(",")]):
        if one.whole_day or (starts.whole_day and one.zone is not UTC):
            # Exchange names occurrences of whole days by midnight in a zone of its own; the day is meant.
            yield one.wall.date()
        elif one.zone and starts.zone:
            yield one.moment(UTC).astimezone(starts.zone).replace(tzinfo=None)
        elif one.zone or starts.zone:
            raise _Unreadable(entry.name, "has a time zone, and DTSTART has none, or the other way round")
        else:
            yield one.wall


def _rule(event: RawEvent) -> _Recurrence | None:
    rules = event.all("RRULE")
    if not rules:
        return None
    if len(rules) > 1:
        raise _Unreadable("RRULE", "is there twice, which is not understood")
    pairs = (part.partition("=") for part in rules[0].value.strip().upper().split(";") if part)
    parts = {name: value for name, _, value in pairs}
    unknown = sorted(parts.keys() - _RULE_PARTS)
    if unknown:
        raise _Unreadable("RRULE", f"with {unknown[0]} is not understood")
    if parts.get("FREQ") not in {"DAILY", "WEEKLY"}:
        raise _Unreadable("RRULE", f"with FREQ={parts.get('FREQ', '')} is not understood")
    until = parts.get("UNTIL")
    return _Recurrence(
        weekly=parts["FREQ"] == "WEEKLY",
        interval=_number(parts, "INTERVAL") or 1,
        most=_number(parts, "COUNT"),
        days=frozenset(map(_day, parts["BYDAY"].split(","))) if "BYDAY" in parts else frozenset(),
        until=_until(until, event) if until else None,
        week_start=_day(parts.get("WKST", "MO")),
    )


def _until(spelled: str, event: RawEvent) -> _Wall:
    """Return the last moment at which an occurrence may begin."""
    begin = event.one("DTSTART")
    wall = _read_wall("RRULE with UNTIL", spelled, _zone(begin) if begin else None)
    return replace(wall, wall=wall.wall + timedelta(days=1, microseconds=-1)) if wall.whole_day else wall


def _number(parts: Mapping[str, str], name: str) -> int | None:
    if name not in parts:
        return None
    if not (parts[name].isascii() and parts[name].isdigit() and int(parts[name])):
        raise _Unreadable("RRULE", f"with {name}={parts[name]} is not understood")
    return int(parts[name])


def _day(spelled: str) -> int:
    if spelled not in _DAYS:
        raise _Unreadable("RRULE", f"with the day {spelled} is not understood")
    return _DAYS.index(spelled)
