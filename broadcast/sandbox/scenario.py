"""A scenario: a named script of failures, read from a TOML file.

name = "The SMS provider is slow, then gone"

[[fault]]
provider = "twilio"
kind = "late"
delay = "3s"
until = "1m"

[[fault]]
provider = "twilio"
kind = "down"
after = "1m"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcast.errors import ConfigError, UsageError
from broadcast.model.nearest import did_you_mean
from broadcast.sandbox.faults import Armed, Fault, fault_from

_DURATION = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?)\s*(?P<unit>ms|s|m|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SPANS = ("after", "until", "delay", "retry_after")
_HINT = 'write seconds, or a span like "10s", "2m", "1h"'


@dataclass(frozen=True, slots=True)
class Timed:
    """A fault in force from `after` until `until` seconds after the sandbox opened (None: to the end)."""

    fault: Fault
    after: float = 0.0
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which faults occur, and when."""

    name: str
    faults: tuple[Timed, ...] = ()

    def armed(self) -> list[Armed]:
        """Return the faults, ready to be activated."""
        return [Armed(fault=one.fault, after=one.after, until=one.until) for one in self.faults]


def read_scenario(path: Path) -> Scenario:
    """Read the scenario in a file; raises `ConfigError` with the file and the field."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"cannot read the scenario {path}: {reason}", hint="check the path") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", hint="correct that line") from None
    return _scenario(table, path)


def _scenario(table: Mapping[str, object], path: Path) -> Scenario:
    for key in table:
        if key not in {"name", "fault"}:
            hint = did_you_mean(key, ("name", "fault")) or "a scenario has name and [[fault]]"
            raise ConfigError(f"{path}: unknown field {key!r}", hint=hint)
    name, faults = table.get("name", path.stem), table.get("fault", [])
    if not isinstance(name, str):
        raise ConfigError(f"{path}: name must be a text", hint='write name = "..."')
    if not isinstance(faults, list):
        raise ConfigError(
            f"{path}: fault must be a list of tables", hint="write [[fault]], in double brackets"
        )
    return Scenario(name, tuple(_timed(one, f"{path}: fault {i}") for i, one in enumerate(faults, 1)))


def _timed(table: object, where: str) -> Timed:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is not a table", hint="write [[fault]], then its fields below")
    fields = {
        **table,
        **{name: _seconds(table[name], f"{where}: {name}") for name in _SPANS if name in table},
    }
    after, until = fields.pop("after", 0.0), fields.pop("until", None)
    if until is not None and until <= after:
        raise ConfigError(f"{where}: until must be later than after", hint=_HINT)
    try:
        return Timed(fault_from(fields, where=where), after, until)
    except UsageError as error:
        raise ConfigError(str(error), hint=error.hint) from None


def _seconds(given: object, where: str) -> float:
    if isinstance(given, (int, float)) and not isinstance(given, bool) and given >= 0:
        return float(given)
    span = _DURATION.fullmatch(given.strip()) if isinstance(given, str) else None
    if span is None:
        raise ConfigError(f"{where} is not a span of time: {given!r}", hint=_HINT)
    return float(span["number"]) * _UNITS[span["unit"] or "s"]
