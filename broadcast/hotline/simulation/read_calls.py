"""Read the calls to simulate from their TOML file; every mistake is named with its line and its fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from broadcast.config import shapes
from broadcast.config.document import Document, read_document
from broadcast.config.problems import Problems, Wrong
from broadcast.errors import ConfigError, UsageError
from broadcast.hotline.simulation.agent_phones import PhoneBehaviour
from broadcast.hotline.simulation.call_transcript import CallEnding
from broadcast.hotline.simulation.caller_script import (
    CallerAction,
    CallScript,
    KeepSilent,
    LeaveCall,
    PressKeys,
    SpeakWords,
)
from broadcast.hotline.simulation.expectation import CallExpectation
from broadcast.hotline.snapshot import Mode
from broadcast.model.nearest import suggest
from broadcast.publishing.request import Request, Verb

T = TypeVar("T")
D = TypeVar("D")
Chosen = TypeVar("Chosen", bound=StrEnum)
_PRESSED = re.compile(r"[0-9*#]{1,32}", re.ASCII)
_STEP = 'write steps = [{ press = "1" }, { say = "..." }, { wait = "5s" }, { hang_up = true }]'
_WORDS = 'write it like "Kasse", or ["Kasse", "SMS"]'
_FACTS_TEXTS = ("title", "message", "severity", "phase", "next_update", "started")
_FACTS_LISTS = ("services", "affects")
_MOST_CALLS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCase:
    """One call of the file: its name in the results, our number (None for the first one), what it is."""

    name: str
    line: int
    called: str | None
    script: CallScript
    expected: CallExpectation


@dataclass(frozen=True, slots=True)
class WrittenIncident:
    """An incident as it would be published, and its place in the file, for messages."""

    place: str
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsFile:
    """The file.

    Attributes:
        calls: In their order.
        agents: The phone of each agent, in the order in which they are rung; None for who is on duty.
        incidents: What callers are told; None for the incidents of the ledger.
        mode: The mode of the hotline; None for the present one.
    """

    calls: tuple[CallCase, ...]
    agents: Mapping[str, PhoneBehaviour] | None
    incidents: tuple[WrittenIncident, ...] | None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class _CallsTable:
    """One table of the file; what is wrong in it is collected in `problems`."""

    document: Document
    path: tuple[str, ...]
    values: Mapping[str, Any]
    problems: Problems

    def check(self, known: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in known:
                self.wrong(key, "is not known here", suggest(key, known))

    def wrong(self, key: str, what: str, fix: str) -> None:
        self.problems.add(f"{self.document.where(*self.path, key)}: {key}", what, fix)

    def take(self, key: str, read: Callable[[Any], T], default: D) -> T | D:
        if key not in self.values:
            return default
        try:
            return read(self.values[key])
        except Wrong as wrong:
            self.wrong(key, str(wrong), wrong.fix)
            return default

    def inner(self, key: str) -> _CallsTable:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, "is not a table", f"write {key} = {{ ... }}")
            value = {}
        return _CallsTable(self.document, (*self.path, key), value, self.problems)

    def each(self, key: str) -> list[_CallsTable]:
        given = self.values.get(key, [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self.wrong(key, "is not a list of tables", f"write [[{key}]], in double brackets")
            return []
        paths = ((key, str(number)) for number in range(len(given)))
        return [
            _CallsTable(self.document, path, one, self.problems)
            for path, one in zip(paths, given, strict=True)
        ]


def read_calls(path: Path) -> CallsFile:
    """Return the file; raises `UsageError` that names each mistake with line, field and fix."""
    try:
        root, problems = _opened(path)
        root.check(("mode", "call", "agent", "facts"))
        calls = tuple(_case(table, number) for number, table in enumerate(root.each("call"), 1))
        if not calls and "call" not in root.values:
            problems.add(str(path), "has no call", 'write [[call]], with from = "+49..." and steps below')
        if len(calls) > _MOST_CALLS:
            root.wrong("call", f"has {len(calls)} calls", f"write {_MOST_CALLS} at the most")
        found = CallsFile(
            calls=calls,
            agents=_agents(root) if "agent" in root.values else None,
            incidents=_incidents(root) if "facts" in root.values else None,
            mode=root.take("mode", _one_of(Mode), None),
        )
        problems.raise_any()
    except ConfigError as error:
        raise UsageError(str(error), hint=error.hint) from None
    return found


def read_incident_file(path: Path) -> tuple[WrittenIncident, ...]:
    """Return the incidents in a file of `[[facts]]`; raises `UsageError` as `read_calls` does."""
    try:
        root, problems = _opened(path)
        root.check(("facts",))
        if "facts" not in root.values:
            problems.add(str(path), "has no incident", 'write [[facts]], with title = "..." below')
        incidents = _incidents(root)
        problems.raise_any()
    except ConfigError as error:
        raise UsageError(str(error), hint=error.hint) from None
    return incidents


def _opened(path: Path) -> tuple[_CallsTable, Problems]:
    document = read_document(path, str(path))
    problems = Problems(str(path))
    return _CallsTable(document, (), document.tables, problems), problems


def _case(table: _CallsTable, number: int) -> CallCase:
    table.check(("name", "from", "to", "language", "earlier_calls", "steps", "expect"))
    if "from" not in table.values:
        table.wrong("from", "is missing", 'write from = "+4915112345678", or "withheld"')
    script = CallScript(
        caller=table.take("from", _caller, ""),
        language=table.take("language", shapes.locale, ""),
        calls=1 + table.take("earlier_calls", _count, 0),
        actions=table.take("steps", _actions, ()),
    )
    return CallCase(
        name=table.take("name", shapes.text, "") or f"call {number}",
        line=table.document.lines.get(table.path, 0),
        called=table.take("to", shapes.e164, None),
        script=script,
        expected=_expected(table.inner("expect")),
    )


def _expected(table: _CallsTable) -> CallExpectation:
    table.check(("hears", "not_hears", "ends_in", "sms", "steps_at_most"))
    return CallExpectation(
        hears=table.take("hears", _texts, ()),
        not_hears=table.take("not_hears", _texts, ()),
        ends_in=table.take("ends_in", _one_of(CallEnding), None),
        sms=table.take("sms", shapes.flag, None),
        steps_at_most=table.take("steps_at_most", _count, None),
    )


def _agents(root: _CallsTable) -> dict[str, PhoneBehaviour]:
    found: dict[str, PhoneBehaviour] = {}
    for table in root.each("agent"):
        table.check(("id", "answers"))
        id = table.take("id", shapes.text, "")
        if "id" not in table.values:
            table.wrong("id", "is missing", 'write id = "a-17"')
        elif id in found:
            table.wrong("id", f'"{id}" is there twice', "write each agent once")
        found[id] = table.take("answers", _one_of(PhoneBehaviour), PhoneBehaviour.ACCEPT)
    return found


def _incidents(root: _CallsTable) -> tuple[WrittenIncident, ...]:
    return tuple(map(_incident, root.each("facts")))


def _incident(table: _CallsTable) -> WrittenIncident:
    table.check((*_FACTS_TEXTS, *_FACTS_LISTS, "drill", "variables"))
    if "title" not in table.values:
        table.wrong("title", "is missing", 'write title = "Kasse gestört"')
    given: dict[str, Any] = {key: table.take(key, shapes.text, None) for key in _FACTS_TEXTS}
    given |= {key: table.take(key, _texts, ()) for key in _FACTS_LISTS}
    drill, variables = (
        table.take("drill", shapes.flag, default=False),
        table.take("variables", _variables, ()),
    )
    request = Request(verb=Verb.NOTIFY, **given, drill=drill, variables=variables)
    return WrittenIncident(table.document.where(*table.path), request)


def _actions(given: Any) -> tuple[CallerAction, ...]:
    if not isinstance(given, list):
        raise Wrong("is not a list", _STEP)
    return tuple(_action(one, number) for number, one in enumerate(given, 1))


def _action(given: Any, number: int) -> CallerAction:
    if not isinstance(given, dict) or len(given) != 1:
        raise Wrong(f"step {number} is not one of press, say, wait and hang_up", _STEP)
    ((name, value),) = given.items()
    if name not in _ACTIONS:
        raise Wrong(f"step {number}: {name} is not known here", suggest(name, list(_ACTIONS)))
    try:
        return _ACTIONS[name](value)
    except Wrong as wrong:
        raise Wrong(f"step {number}: {name} {wrong}", wrong.fix) from None


def _pressed(given: Any) -> PressKeys:
    if isinstance(given, str) and _PRESSED.fullmatch(given):
        return PressKeys(given)
    raise Wrong("has no keys", 'write { press = "1" }; keys are 0 to 9, * and #')


def _waited(given: Any) -> KeepSilent:
    if isinstance(given, str):
        return KeepSilent(shapes.duration(given))
    raise Wrong("is not a duration", 'write { wait = "5s" }')


def _left(given: Any) -> LeaveCall:
    if given is True:
        return LeaveCall()
    raise Wrong("can only be true", "write { hang_up = true }")


#: What a step of a caller can be.
_ACTIONS: Mapping[str, Callable[[Any], CallerAction]] = {
    "press": _pressed,
    "say": lambda given: SpeakWords(shapes.text(given)),
    "wait": _waited,
    "hang_up": _left,
}


def _caller(given: Any) -> str:
    return "" if given == "withheld" else shapes.e164(given)


def _count(given: Any) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    raise Wrong("is not a number of things", "write a whole number, like 4")


def _texts(given: Any) -> tuple[str, ...]:
    many = given if isinstance(given, list) else [given]
    if all(isinstance(one, str) and one.strip() for one in many):
        return tuple(many)
    raise Wrong("is neither a text nor a list of texts", _WORDS)


def _variables(given: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(given, dict) and all(isinstance(one, str) for one in given.values()):
        return tuple(given.items())
    raise Wrong("is not a table of texts", 'write variables = { "title.en" = "Checkout down" }')


def _one_of(kind: type[Chosen]) -> Callable[[Any], Chosen]:
    def read(given: Any) -> Chosen:
        try:
            return kind(given)
        except ValueError:
            raise Wrong(f"cannot be {given!r}", suggest(str(given), [*kind])) from None

    return read
