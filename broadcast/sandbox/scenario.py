"""A scenario: a named script of failures and of what people answer, read from a TOML file.

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

[[reply]]
number = "+4915112345678"
text = "Ja, bin dran"
after = "20s"

[[press]]
number = "+493023125001"
key = "1"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcast.errors import ConfigError, UsageError
from broadcast.model.nearest import did_you_mean
from broadcast.sandbox.faults import Armed, Fault, fault_from

_DURATION = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?)\s*(?P<unit>ms|s|m|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SPANS = ("after", "until", "delay", "retry_after")
_STEPS = ("fault", "reply", "press")
_SPELLED_STEPS = "[[fault]], [[reply]] and [[press]]"
_HINT = 'write seconds, or a span like "10s", "2m", "1h"'


@dataclass(frozen=True, slots=True)
class Timed:
    """A fault in force from `after` until `until` seconds after the sandbox opened (None: to the end)."""

    fault: Fault
    after: float = 0.0
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswer:
    """What a person does, `after` seconds after a message came to `number`: write `text`, or press `key`."""

    number: str
    text: str = ""
    key: str = ""
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which faults occur, and when; and what people answer."""

    name: str
    faults: tuple[Timed, ...] = ()
    answers: tuple[PersonAnswer, ...] = ()

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
        if key not in {"name", *_STEPS}:
            hint = did_you_mean(key, ("name", *_STEPS)) or f"a scenario has name and {_SPELLED_STEPS}"
            raise ConfigError(f"{path}: unknown field {key!r}", hint=hint)
    name = table.get("name", path.stem)
    if not isinstance(name, str):
        raise ConfigError(f"{path}: name must be a text", hint='write name = "..."')
    faults = tuple(_timed(one, where) for one, where in _steps(table, "fault", path))
    replies = [_answer(one, where, "text") for one, where in _steps(table, "reply", path)]
    presses = [_answer(one, where, "key") for one, where in _steps(table, "press", path)]
    return Scenario(name, faults, (*replies, *presses))


def _steps(table: Mapping[str, object], kind: str, path: Path) -> Iterator[tuple[object, str]]:
    steps = table.get(kind, [])
    if not isinstance(steps, list):
        raise ConfigError(
            f"{path}: {kind} must be a list of tables", hint=f"write [[{kind}]], in double brackets"
        )
    for number, one in enumerate(steps, 1):
        yield one, f"{path}: {kind} {number}"


def _answer(table: object, where: str, what: str) -> PersonAnswer:
    """Return what a person does; `what` is `text` or `key`."""
    fields = table if isinstance(table, dict) else {}
    for name in fields:
        if name not in {"number", what, "after"}:
            raise ConfigError(f"{where}: unknown field {name!r}", hint=f"it has number, {what} and after")
    for name in ("number", what):
        if not isinstance(fields.get(name), str) or not fields[name]:
            raise ConfigError(f"{where}: {name} is missing", hint=f'write {name} = "..."')
    after = _seconds(fields.get("after", 0), f"{where}: after")
    return PersonAnswer(number=fields["number"], after=after, **{what: fields[what]})


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
