"""An exercise as its file tells it: what happens when, and what the commander says.

name = "Slack and Outlook are down"
company = "../company"

[[step]]
at = "0m"
say = "Nobody can log in to Slack, and no mail arrives."
faults = ["slack:down", "smtp:refuse"]
down = ["slack", "outlook"]

[[step]]
at = "3m"
verb = "notify"
title = "Chat und E-Mail gestört"
affects = ["slack", "outlook"]
next_update = "30m"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from broadcast.config.durations import parse_duration
from broadcast.config.problems import did_you_mean
from broadcast.errors import ConfigError, UsageError
from broadcast.model.unknown import OnUnknown
from broadcast.operations.request import Request, Verb
from broadcast.sandbox.faults import parse_fault

RETRY = "retry"
_HEAD = frozenset({"name", "about", "company", "first_notice", "step"})
_STEP = frozenset({"at", "say", "faults", "heal", "down", "verb", "on_unknown"})
_LISTS = {"services", "audiences", "channels", "not_channels", "affects"}
_SAID = frozenset(field.name for field in fields(Request)) - {"verb", "key", "drill", "incident"}
_VERBS = (*(verb.value for verb in Verb), RETRY)


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of an exercise.

    `at` is how long after its beginning. `faults` are put in place, after all of them were healed where
    `heal` says so. `down` is what really does not work from here on, None where that stays as it was.
    `request` is what the commander says; with `retry` they finish what is owed, and decide about those of
    whom nobody can say whether they were told.
    """

    at: timedelta
    say: str
    faults: tuple[str, ...] = ()
    heal: bool = False
    down: tuple[str, ...] | None = None
    request: Request | None = None
    retry: OnUnknown | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """A scenario to be played; `first_notice` is how many seconds the first word may take."""

    path: Path
    name: str
    about: str
    company: Path
    steps: tuple[Step, ...]
    first_notice: float = 2.0


def read_exercise(path: Path) -> Exercise:
    """The exercise in a file; raises `ConfigError` that names the file, the step and the field."""
    table = _table(path)
    _check(table, _HEAD, str(path))
    steps = table.get("step")
    if not isinstance(steps, list) or not steps:
        raise ConfigError(f"{path}: nothing happens", hint="write [[step]], with at and say below")
    read = tuple(_step(one, f"{path}: step {number}") for number, one in enumerate(steps, 1))
    for earlier, later in pairwise(read):
        if later.at < earlier.at:
            raise ConfigError(
                f"{path}: step {read.index(later) + 1} is before the one above it",
                hint="write the steps in the order of their times",
            )
    company = path.parent / _text(table, "company", str(path), ".")
    if not (company / "broadcast.toml").is_file():
        raise ConfigError(f"{path}: there is no {company / 'broadcast.toml'}", hint="mend `company`")
    first = table.get("first_notice", "2s")
    return Exercise(
        path=path,
        name=_text(table, "name", str(path), path.stem),
        about=_text(table, "about", str(path), ""),
        company=company,
        steps=read,
        first_notice=_span(first, f"{path}: first_notice").total_seconds(),
    )


def _table(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"cannot read the exercise {path}: {reason}", hint="check the path") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", hint="mend that line") from None


def _step(table: object, where: str) -> Step:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is not a table", hint="write [[step]], then its fields below")
    _check(table, _STEP | _SAID, where)
    verb = table.get("verb")
    if verb is not None and verb not in _VERBS:
        raise ConfigError(f"{where}: there is no verb {verb!r}", hint=did_you_mean(str(verb), _VERBS))
    said = {name: value for name, value in table.items() if name in _SAID}
    if said and verb in {None, RETRY}:
        raise ConfigError(
            f"{where}: {next(iter(said))} is said by nobody", hint='give the step a verb, like "notify"'
        )
    down = table.get("down")
    return Step(
        at=_span(table.get("at", "0m"), f"{where}: at"),
        say=_text(table, "say", where, ""),
        faults=_faults(table, where),
        heal=table.get("heal") is True,
        down=None if down is None else _texts(table, "down", where),
        request=_request(Verb(verb), said, where) if verb and verb != RETRY else None,
        retry=_decision(table, where) if verb == RETRY else None,
    )


def _faults(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    spelled = _texts(table, "faults", where)
    for one in spelled:
        try:
            parse_fault(one)
        except UsageError as error:
            raise ConfigError(f"{where}: {error}", hint=error.hint) from None
    return spelled


def _decision(table: Mapping[str, Any], where: str) -> OnUnknown:
    spelled = _text(table, "on_unknown", where, OnUnknown.OTHER_CHANNEL)
    try:
        return OnUnknown(spelled)
    except ValueError:
        raise ConfigError(
            f"{where}: on_unknown cannot be {spelled!r}", hint=did_you_mean(spelled, [*OnUnknown])
        ) from None


def _request(verb: Verb, said: Mapping[str, Any], where: str) -> Request:
    given: dict[str, Any] = {
        name: _texts(said, name, where) if name in _LISTS else _text(said, name, where, "")
        for name in said
        if name != "variables"
    }
    variables = said.get("variables", {})
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise ConfigError(f"{where}: variables must be a table of texts", hint='{ "title.en" = "..." }')
    return Request(verb, **given, variables=tuple(variables.items()))


def _check(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown field {key!r}", hint=did_you_mean(key, known))


def _span(value: object, where: str) -> timedelta:
    try:
        return timedelta(seconds=parse_duration(str(value)))
    except UsageError as error:
        raise ConfigError(f"{where}: {error}", hint=error.hint) from None


def _text(table: Mapping[str, Any], key: str, where: str, default: str) -> str:
    value = table.get(key, default)
    if isinstance(value, str):
        return value
    raise ConfigError(f"{where}: {key} must be a text", hint=f'write {key} = "..."')


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ConfigError(f"{where}: {key} must be a list of texts", hint=f'write {key} = ["..."]')
