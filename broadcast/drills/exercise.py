"""Read an exercise from its file: what happens when, and what the commander publishes.

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

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from broadcast.config.document import Document, read_document
from broadcast.config.durations import parse_duration
from broadcast.errors import ConfigError, UsageError
from broadcast.model.nearest import suggest
from broadcast.model.system import listed_systems
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.request import OF_MAINTENANCE, Request, Verb
from broadcast.sandbox.faults import parse_fault

RETRY = "retry"
_STEPS = "step"
_HEAD = frozenset({"name", "about", "company", "first_notice", _STEPS})
_STEP = frozenset({"at", "say", "faults", "heal", "down", "verb", "on_unknown"})
_LISTS = {"services", "audiences", "channels", "not_channels", "affects"}
_NOT_SAID = {"verb", "key", "drill"} | OF_MAINTENANCE
_SAID = frozenset(field.name for field in fields(Request)) - _NOT_SAID
_VERBS = (*(verb.value for verb in Verb), RETRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseStep:
    """One moment of an exercise.

    `at` is the time since its beginning. `faults` are set, after all earlier ones were removed if `heal` is
    set. `down` is what really does not work from here on, None if that does not change. `request` is what the
    commander publishes; with `retry` they finish unsent messages, and decide about messages whose outcome is
    unknown.
    """

    at: timedelta
    say: str
    faults: tuple[str, ...] = ()
    heal: bool = False
    down: tuple[str, ...] | None = None
    request: Request | None = None
    retry: OnUnknown | None = None

    @property
    def verb(self) -> str | None:
        """The commander's command, None if there is none."""
        return self.request.verb if self.request else RETRY if self.retry else None


@dataclass(frozen=True, slots=True)
class ExercisePlace:
    """A table of an exercise's file, for messages: `storm.toml:12: step 3`."""

    document: Document
    number: int | None = None

    def at(self, key: str) -> str:
        """Return the place of the key, or of the table that lacks it."""
        if self.number is None:
            return self.document.where(key)
        return f"{self.document.where(_STEPS, str(self.number), key)}: step {self.number + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A scenario; the first message must be out within `first_notice` seconds."""

    path: Path
    name: str
    about: str
    company: Path
    steps: tuple[ExerciseStep, ...]
    places: tuple[ExercisePlace, ...]
    first_notice: float = 2.0

    @property
    def length(self) -> timedelta:
        """The duration of the outage, on the exercise's own clock."""
        return self.steps[-1].at


def read_exercise(path: Path) -> Exercise:
    """Read the exercise in a file; raises `ConfigError` with file, line, step and field."""
    document = read_document(path, str(path))
    head, tables = ExercisePlace(document), document.tables
    _check(tables, _HEAD, head)
    steps = tables.get(_STEPS)
    if not isinstance(steps, list) or not steps:
        raise ConfigError(f"{path}: there are no steps", hint="write [[step]], with at and say below")
    places = tuple(ExercisePlace(document, number) for number in range(len(steps)))
    read = tuple(map(_step, steps, places))
    for (earlier, later), place in zip(pairwise(read), places[1:], strict=True):
        if later.at < earlier.at:
            raise ConfigError(
                f"{place.at('at')} is before the one above it",
                hint="write the steps in the order of their times",
            )
    return Exercise(
        path=path,
        name=_text(tables, "name", head, path.stem),
        about=_text(tables, "about", head),
        company=_company(tables, path, head),
        steps=read,
        places=places,
        first_notice=_span(tables, "first_notice", head, "2s").total_seconds(),
    )


def _company(tables: Mapping[str, Any], path: Path, head: ExercisePlace) -> Path:
    company = path.parent / _text(tables, "company", head, ".")
    if not (company / "broadcast.toml").is_file():
        raise ConfigError(
            f"{head.at('company')}: there is no {company / 'broadcast.toml'}",
            hint='company = "FOLDER" names the folder of the configuration to practise with',
        )
    return company


def _step(table: object, place: ExercisePlace) -> ExerciseStep:
    if not isinstance(table, dict):
        raise ConfigError(f"{place.at('')} is not a table", hint="write [[step]], then its fields below")
    _check(table, _STEP | _SAID, place)
    verb = table.get("verb")
    if verb is not None and verb not in _VERBS:
        raise ConfigError(f"{place.at('verb')}: there is no verb {verb!r}", hint=suggest(str(verb), _VERBS))
    said = {name: value for name, value in table.items() if name in _SAID}
    if said and verb in {None, RETRY}:
        first = next(iter(said))
        raise ConfigError(
            f"{place.at(first)}: {first} belongs to no verb", hint='give the step a verb, like "notify"'
        )
    return ExerciseStep(
        at=_span(table, "at", place, "0m"),
        say=_text(table, "say", place),
        faults=_faults(table, place),
        heal=_flag(table, "heal", place),
        down=_texts(table, "down", place) if "down" in table else None,
        request=_request(Verb(verb), said, place) if verb and verb != RETRY else None,
        retry=_decision(table, place) if verb == RETRY else None,
    )


def _faults(table: Mapping[str, Any], place: ExercisePlace) -> tuple[str, ...]:
    spelled = _texts(table, "faults", place)
    for one in spelled:
        try:
            parse_fault(one)
        except UsageError as error:
            raise ConfigError(f"{place.at('faults')}: {error}", hint=error.hint) from None
    return spelled


def _decision(table: Mapping[str, Any], place: ExercisePlace) -> OnUnknown:
    spelled = _text(table, "on_unknown", place, OnUnknown.OTHER_CHANNEL)
    try:
        return OnUnknown(spelled)
    except ValueError:
        raise ConfigError(
            f"{place.at('on_unknown')}: on_unknown cannot be {spelled!r}",
            hint=suggest(spelled, [*OnUnknown]),
        ) from None


def _request(verb: Verb, said: Mapping[str, Any], place: ExercisePlace) -> Request:
    given: dict[str, Any] = {
        name: _texts(said, name, place) if name in _LISTS else _text(said, name, place)
        for name in said
        if name != "variables"
    }
    if "affects" in given:
        given["affects"] = listed_systems(given["affects"])
    variables = said.get("variables", {})
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise ConfigError(
            f"{place.at('variables')}: variables must be a table of texts", hint='{ "title.en" = "..." }'
        )
    return Request(verb=verb, **given, variables=tuple(variables.items()))


def _check(table: Mapping[str, Any], known: frozenset[str], place: ExercisePlace) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{place.at(key)}: unknown field {key!r}", hint=suggest(key, known))


def _span(table: Mapping[str, Any], key: str, place: ExercisePlace, default: str) -> timedelta:
    try:
        return timedelta(seconds=parse_duration(str(table.get(key, default))))
    except UsageError as error:
        raise ConfigError(f"{place.at(key)}: {key}: {error}", hint=error.hint) from None


def _flag(table: Mapping[str, Any], key: str, place: ExercisePlace) -> bool:
    value = table.get(key, False)
    if isinstance(value, bool):
        return value
    raise ConfigError(f"{place.at(key)}: {key} must be true or false", hint=f"write {key} = true")


def _text(table: Mapping[str, Any], key: str, place: ExercisePlace, default: str = "") -> str:
    value = table.get(key, default)
    if isinstance(value, str):
        return value
    raise ConfigError(f"{place.at(key)}: {key} must be a text", hint=f'write {key} = "..."')


def _texts(table: Mapping[str, Any], key: str, place: ExercisePlace) -> tuple[str, ...]:
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ConfigError(f"{place.at(key)}: {key} must be a list of texts", hint=f'write {key} = ["..."]')
