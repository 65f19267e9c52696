"""Read the lines of a calendar (`.ics`, RFC 5545) into events with their properties.

Only events matter here; other parts, such as time zones and alarms, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.errors import ConfigError

_LARGEST = 8 * 1024 * 1024
_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;[^:;="]+=(?:"[^"]*"|[^":;]*))*):(?P<value>.*)')
_PARAMETER = re.compile(r';([^:;="]+)=("[^"]*"|[^":;]*)')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class CalendarProperty:
    """One property of an event: `DTSTART;TZID=Europe/Berlin:20261201T080000`; names are in capitals."""

    name: str
    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the value as text, on one line."""
        plain = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], self.value)
        return " ".join(plain.split())


@dataclass(frozen=True, slots=True)
class RawEvent:
    """The properties of one event, and the line where it begins."""

    line: int
    properties: tuple[CalendarProperty, ...]

    def all(self, name: str) -> list[CalendarProperty]:
        """Return every property of that name."""
        return [one for one in self.properties if one.name == name]

    def one(self, name: str) -> CalendarProperty | None:
        """Return the property of that name; None if there is none."""
        found = self.all(name)
        return found[0] if found else None


def read_events(path: Path) -> list[RawEvent]:
    """Return the events in the file at `path`; raises `ConfigError` if it is missing or no calendar."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", hint="correct `calendar`") from None
    if len(content) > _LARGEST:
        raise ConfigError(f"{path}: is larger than 8 MiB", hint="export only the shifts")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(
            f"{path}: is not UTF-8 text", hint="export it as iCalendar (.ics) and save it as UTF-8"
        ) from None
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise ConfigError(f"{path}: is no calendar", hint="export the shifts as iCalendar (.ics)")
    return list(_events(path, text))


def _events(path: Path, text: str) -> Iterator[RawEvent]:
    inside: list[str] = []
    begins, found = 0, list[CalendarProperty]()
    for number, entry in _properties(path, text):
        part = entry.value.strip().upper()
        if entry.name == "BEGIN":
            inside.append(part)
            begins, found = (number, []) if part == "VEVENT" else (begins, found)
        elif entry.name == "END":
            if inside[-1:] != [part]:
                raise ConfigError(
                    f"{path}:{number}: ends what has not begun", hint="export the calendar again"
                )
            if inside.pop() == "VEVENT":
                yield RawEvent(begins, tuple(found))
        elif inside[-1:] == ["VEVENT"]:
            found.append(entry)
    if inside:
        raise ConfigError(f"{path}: ends within {inside[-1]}", hint="the file is cut off; export it again")


def _properties(path: Path, text: str) -> Iterator[tuple[int, CalendarProperty]]:
    for number, line in _lines(text):
        read = _LINE.fullmatch(line)
        if read is None:
            raise ConfigError(f"{path}:{number}: is no line of a calendar", hint="export the calendar again")
        yield number, CalendarProperty(read["name"].upper(), read["value"], _parameters(read["parameters"]))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is not empty with its number; a line may continue on the next ones."""
    number = 1
    for line in _FOLDED.sub("\0", text).splitlines():
        if line.strip("\0 \t"):
            yield number, line.replace("\0", "")
        number += 1 + line.count("\0")


def _parameters(text: str) -> dict[str, str]:
    return {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(text)}
