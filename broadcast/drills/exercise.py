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

With `listen = true` above the steps, providers send receipts, the clock goes on, and people answer:

[[step]]
at = "5m"
verb = "escalate"
policy = "duty"

[[step]]
at = "7m"
answers = [{ number = "+4915112345678", key = "1" }]

Callers of the hotline, and the agents who are at work from a step on, are in `crowd`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from broadcast.config.document import Document, read_document
from broadcast.config.durations import parse_duration
from broadcast.config.problems import Wrong
from broadcast.drills.crowd import StepAgents, StepCallers, read_agents, read_callers
from broadcast.errors import ConfigError, UsageError
from broadcast.model.nearest import suggest
from broadcast.model.system import listed_systems
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.request import OF_MAINTENANCE, Request, Verb
from broadcast.sandbox.faults import parse_fault
from broadcast.sandbox.scenario import PersonAnswer

T = TypeVar("T")
RETRY, ESCALATE = "retry", "escalate"
_STEPS = "step"
_HEAD = frozenset({"name", "about", "company", "first_notice", "listen", _STEPS})
_STEP = frozenset(
    {"at", "say", "faults", "heal", "down", "answers", "callers", "agents", "verb", "on_unknown"}
)
_ESCALATION = frozenset({"incident", "policy", "question", "options"})
_ANSWER = frozenset({"number", "text", "key"})
_LISTS = {"services", "audiences", "channels", "not_channels", "affects", "options"}
_SPANS = {"confirm_within", "expires"}
_NOT_SAID = {"verb", "key", "drill", "policy"} | OF_MAINTENANCE
_SAID = frozenset(field.name for field in fields(Request)) - _NOT_SAID
_VERBS = (*(verb.value for verb in Verb), RETRY, ESCALATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEscalation:
    """An escalation that the commander starts; without `options`, people are asked to confirm."""

    policy: str
    incident: str | None = None
    question: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseStep:
    """One moment of an exercise.

    `at` is the time since its beginning. `faults` are set, after all earlier ones were removed if `heal` is
    set. `down` is what really does not work from here on, None if that does not change. `answers` are what
    people do with the latest message to them. `callers` begin to call the hotline, and `agents` are at work
    from here on, None if that does not change. `request` is what the commander publishes, `escalation` what
    they start; with `retry` they finish unsent messages, and decide about messages whose outcome is unknown.
    """

    at: timedelta
    say: str
    faults: tuple[str, ...] = ()
    heal: bool = False
    down: tuple[str, ...] | None = None
    answers: tuple[PersonAnswer, ...] = ()
    callers: StepCallers | None = None
    agents: StepAgents | None = None
    request: Request | None = None
    escalation: StepEscalation | None = None
    retry: OnUnknown | None = None

    @property
    def verb(self) -> str | None:
        """The commander's command, None if there is none."""
        if self.request:
            return self.request.verb
        return ESCALATE if self.escalation else RETRY if self.retry else None


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
    """A scenario; the first message must be out within `first_notice` seconds.

    If it `listens`, providers send receipts, people can answer, and the clock does what becomes due.
    """

    path: Path
    name: str
    about: str
    company: Path
    steps: tuple[ExerciseStep, ...]
    places: tuple[ExercisePlace, ...]
    first_notice: float = 2.0
    listens: bool = False

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
    listens = _flag(tables, "listen", head)
    _check_listening(read, places, listens=listens)
    return Exercise(
        path=path,
        name=_text(tables, "name", head, path.stem),
        about=_text(tables, "about", head),
        company=_company(tables, path, head),
        steps=read,
        places=places,
        first_notice=_span(tables, "first_notice", head, "2s").total_seconds(),
        listens=listens,
    )


def _check_listening(
    steps: tuple[ExerciseStep, ...], places: tuple[ExercisePlace, ...], *, listens: bool
) -> None:
    for step, place in zip(steps, places, strict=True):
        if (step.answers or step.escalation) and not listens:
            key = "answers" if step.answers else "verb"
            raise ConfigError(
                f"{place.at(key)}: nobody hears an answer in this exercise",
                hint="write listen = true above the steps",
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
    _check(table, _STEP | _SAID | _ESCALATION, place)
    verb = table.get("verb")
    if verb is not None and verb not in _VERBS:
        raise ConfigError(f"{place.at('verb')}: there is no verb {verb!r}", hint=suggest(str(verb), _VERBS))
    said = {name: value for name, value in table.items() if name in _SAID | _ESCALATION}
    _check_belonging(said, verb, place)
    return ExerciseStep(
        at=_span(table, "at", place, "0m"),
        say=_text(table, "say", place),
        faults=_faults(table, place),
        heal=_flag(table, "heal", place),
        down=_texts(table, "down", place) if "down" in table else None,
        answers=_answers(table, place),
        callers=_read(table, "callers", place, read_callers),
        agents=_read(table, "agents", place, read_agents),
        request=_request(Verb(verb), said, place) if verb and verb in {*Verb} else None,
        escalation=_escalation(said, place) if verb == ESCALATE else None,
        retry=_decision(table, place) if verb == RETRY else None,
    )


def _check_belonging(said: Mapping[str, Any], verb: str | None, place: ExercisePlace) -> None:
    """Raise `ConfigError` for a field that is none of the step's verb."""
    fields_of = {None: frozenset[str](), RETRY: frozenset[str](), ESCALATE: _ESCALATION}
    for name in said:
        if name not in fields_of.get(verb, _SAID):
            problem = f"is no field of {verb}" if verb in {*Verb, ESCALATE} else "belongs to no verb"
            raise ConfigError(
                f"{place.at(name)}: {name} {problem}", hint='give the step a verb that has it, like "notify"'
            )


def _escalation(said: Mapping[str, Any], place: ExercisePlace) -> StepEscalation:
    if "policy" not in said:
        raise ConfigError(f"{place.at('policy')}: policy is missing", hint='write policy = "duty"')
    return StepEscalation(
        policy=_text(said, "policy", place),
        incident=_text(said, "incident", place) or None,
        question=_text(said, "question", place),
        options=_texts(said, "options", place),
    )


def _answers(table: Mapping[str, Any], place: ExercisePlace) -> tuple[PersonAnswer, ...]:
    hint = 'write answers = [{ number = "+4915112345678", key = "1" }], or text = "ja" instead of a key'
    given = table.get("answers", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ConfigError(f"{place.at('answers')}: answers must be a list of tables", hint=hint)
    for one in given:
        _check(one, _ANSWER, place)
        filled = {name for name, value in one.items() if isinstance(value, str) and value}
        if filled not in ({"number", "key"}, {"number", "text"}):
            raise ConfigError(
                f"{place.at('answers')}: an answer has a number, and a key or a text", hint=hint
            )
    return tuple(PersonAnswer(**one) for one in given)


def _read(table: Mapping[str, Any], key: str, place: ExercisePlace, read: Callable[[Any], T]) -> T | None:
    """Return what a table inside a step says; None if it is not there."""
    if key not in table:
        return None
    try:
        return read(table[key])
    except Wrong as wrong:
        raise ConfigError(f"{place.at(key)}: {key}: {wrong}", hint=wrong.fix) from None


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
    given: dict[str, Any] = {name: _value(said, name, place) for name in said if name != "variables"}
    if "affects" in given:
        given["affects"] = listed_systems(given["affects"])
    variables = said.get("variables", {})
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise ConfigError(
            f"{place.at('variables')}: variables must be a table of texts", hint='{ "title.en" = "..." }'
        )
    return Request(verb=verb, **given, variables=tuple(variables.items()))


def _value(said: Mapping[str, Any], name: str, place: ExercisePlace) -> tuple[str, ...] | float | str:
    if name in _LISTS:
        return _texts(said, name, place)
    if name in _SPANS:
        return _span(said, name, place, "").total_seconds()
    return _text(said, name, place)


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
