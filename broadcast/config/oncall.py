"""One `[oncall.NAME]` table: a rota, with its shifts and the files of its people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from broadcast.config import keys
from broadcast.config.durations import weekday
from broadcast.config.problems import Wrong
from broadcast.config.settings import OnCallSettings
from broadcast.config.shapes import shown, text
from broadcast.config.table import TomlTable
from broadcast.model.nearest import suggest
from broadcast.model.shift import DatedShift, Shift, WeeklyShift, week_days

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_DAY = 24 * 60
_FIELDS = ("who", "days", "from", "until")
_DAILY = frozenset(range(7))
_HOURS_EXAMPLE = 'write it like "08:00"'
_DATE_EXAMPLE = 'write it like "2026-12-24T08:00"'


def read_oncall(table: TomlTable) -> OnCallSettings:
    """Return the rota in this table; mistakes are noted."""
    table.check_keys(keys.ONCALL.known)
    folder, calendar = table.source.folder, table.take(keys.CALENDAR)
    paths = table.require(keys.CONTACTS, 'contacts = ["contacts/agents.csv"]')
    listed = table.take(keys.SHIFTS)
    if not {keys.SHIFTS.name, keys.CALENDAR.name} & {*table.given()}:
        example = 'shifts = [{ who = "a-17", days = "mon-fri", from = "08:00", until = "18:00" }]'
        table.wrong("", "has no shifts", f'add {example}, or calendar = "shifts.ics"')
    read = (_ShiftReader(table, number, shift).read() for number, shift in enumerate(listed))
    return OnCallSettings(
        name=table.path[-1],
        origin=f"{table.source.document.label}, [{'.'.join(table.path)}]",
        contacts=tuple(folder / path for path in paths),
        shifts=tuple(shift for shift in read if shift),
        calendar=folder / calendar if calendar else None,
    )


@dataclass(frozen=True, slots=True)
class _ShiftReader:
    """Reads one shift; `number` counts from 0."""

    table: TomlTable
    number: int
    values: Mapping[str, object]

    def read(self) -> Shift | None:
        """Return the shift; None if something is wrong with it, which is noted."""
        unknown = [key for key in self.values if key not in _FIELDS]
        for key in unknown:
            self._wrong(key, "is not known here", suggest(key, _FIELDS))
        missing = [key for key in ("who", "from", "until") if key not in self.values]
        for key in missing:
            self._wrong(key, "is missing", f'add {key} = "{_EXAMPLES[key]}"')
        if unknown or missing:
            return None
        try:
            return self._shift()
        except _WrongField as error:
            self._wrong(error.key, str(error), error.fix)
            return None

    def _shift(self) -> Shift:
        who = self._text("who")
        opens, closes = self._time("from"), self._time("until")
        if isinstance(opens, datetime):
            if not isinstance(closes, datetime):
                raise _WrongField(
                    "until", f"{self._shown('until')} has no date, and from has one", _DATE_EXAMPLE
                )
            if "days" in self.values:
                raise _WrongField("days", "does not go with a date", "leave days out, or give times only")
            if closes <= opens:
                raise _WrongField("until", "is not later than from", "give a later date and time")
            return DatedShift(who, opens, closes)
        if isinstance(closes, datetime):
            raise _WrongField(
                "until", f"{self._shown('until')} has a date, and from has none", _HOURS_EXAMPLE
            )
        if opens == _DAY:
            raise _WrongField("from", '"24:00" is the end of a day', 'write "00:00"')
        closes += 0 if closes > opens else _DAY  # the shift ends on the next day
        return WeeklyShift(who, self._days(), opens, closes)

    def _time(self, key: str) -> int | datetime:
        """Return minutes after midnight, or a wall time with its date."""
        value = self.values[key]
        if isinstance(value, time):
            return value.hour * 60 + value.minute
        if isinstance(value, datetime):
            return self._wall(key, value)
        spelled = self._text(key)
        clock = _CLOCK.fullmatch(spelled)
        if clock:
            minutes = int(clock[1]) * 60 + int(clock[2])
            if minutes > _DAY or int(clock[2]) >= 60:  # noqa: PLR2004 - minutes of an hour
                raise _WrongField(key, f"{shown(spelled)} is not a time of day", _HOURS_EXAMPLE)
            return minutes
        try:
            moment = datetime.fromisoformat(spelled) if ":" in spelled else None
        except ValueError:
            moment = None
        if moment is None:
            raise _WrongField(key, f"{shown(spelled)} is not a time", 'write "08:00" or "2026-12-24T08:00"')
        return self._wall(key, moment)

    def _wall(self, key: str, moment: datetime) -> datetime:
        if moment.tzinfo is not None:
            raise _WrongField(key, "has an offset", "leave it out: times are those of [broadcast] timezone")
        return moment

    def _days(self) -> frozenset[int]:
        if "days" not in self.values:
            return _DAILY
        days: frozenset[int] = frozenset()
        for part in self._text("days").split(","):
            first, _, last = part.partition("-")
            opens, closes = weekday(first), weekday(last or first)
            if opens is None or closes is None:
                raise _WrongField(
                    "days", f"{shown(part.strip())} is not a day", 'write "mon-fri" or "sat,sun"'
                )
            days |= week_days(opens, closes)
        return days

    def _text(self, key: str) -> str:
        try:
            return text(self.values[key])
        except Wrong as wrong:
            raise _WrongField(key, str(wrong), f'write {key} = "{_EXAMPLES[key]}"') from None

    def _shown(self, key: str) -> str:
        return shown(str(self.values[key]))

    def _wrong(self, key: str, what: str, fix: str) -> None:
        """Note a mistake with the place of the shift."""
        path = (*self.table.path, keys.SHIFTS.name, str(self.number), key)
        where = self.table.source.document.where(*path)
        who = self.values.get("who")
        of = f" ({who})" if isinstance(who, str) and who.strip() else ""
        place = f"{where}: [{'.'.join(self.table.path)}] shifts, number {self.number + 1}{of}: {key}"
        self.table.source.problems.add(place, what, fix)


_EXAMPLES = {"who": "a-17", "days": "mon-fri", "from": "08:00", "until": "18:00"}


class _WrongField(ValueError):
    """A field of a shift is wrong; `fix` says what to write."""

    def __init__(self, key: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.key, self.fix = key, fix
