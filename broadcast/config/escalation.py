"""`[escalation.NAME]`: the steps by which people are asked until somebody answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from broadcast.config import keys, shapes
from broadcast.config.problems import Wrong
from broadcast.config.table import TomlTable
from broadcast.model.escalation import AUDIENCE, ON_CALL, EscalationPolicy, EscalationStep
from broadcast.model.nearest import suggest

_EXAMPLE = '{ to = ["oncall:support"], channels = ["sms", "call"], wait = "5m" }'
_REQUIRED = ("to", "channels", "wait")
_KEYS = (*_REQUIRED, "needs")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """What a step may name."""

    rotas: Collection[str]
    audiences: Collection[str]
    channels: Collection[str]


def read_escalation(table: TomlTable, names: Names) -> EscalationPolicy:
    """Return the policy; mistakes are noted."""
    table.check_keys(keys.ESCALATION.known)
    given = table.require(keys.STEPS, f"steps = [{_EXAMPLE}]")
    if table.values.get(keys.STEPS.name) == []:
        table.wrong("steps", "has no step", f"write it like [{_EXAMPLE}]")
    steps = []
    for number, one in enumerate(given, 1):
        try:
            steps.append(_step(one, names))
        except Wrong as wrong:
            table.wrong("steps", f"step {number}: {wrong}", wrong.fix)
    return EscalationPolicy(name=table.path[-1], steps=tuple(steps), repeat=table.take(keys.REPEAT))


def _step(given: Mapping[str, object], names: Names) -> EscalationStep:
    """Return one step; raises `Wrong` for its first mistake."""
    _check_keys(given)
    to, channels = _read("to", shapes.texts, given), _read("channels", shapes.texts, given)
    wait = timedelta(seconds=_read("wait", shapes.timeout, given))
    needs = _read("needs", shapes.whole, given) if "needs" in given else 1
    for name in to:
        _check_receiver(name, names)
    for name in channels:
        if name not in names.channels:
            raise Wrong(f'there is no channel "{name}"', suggest(name, names.channels))
        if channels.count(name) > 1:
            raise Wrong(f'"{name}" is twice in its channels', "name it once")
    return EscalationStep(to=to, channels=channels, wait=wait, needs=needs)


def _check_keys(given: Mapping[str, object]) -> None:
    for key in given:
        if key not in _KEYS:
            raise Wrong(f"{key} is not known here", suggest(key, _KEYS))
    for key in _REQUIRED:
        if not given.get(key):
            raise Wrong(f"{key} is missing", f"write it like {_EXAMPLE}")


def _read(key: str, shape: Callable[[object], T], given: Mapping[str, object]) -> T:
    try:
        return shape(given[key])
    except Wrong as wrong:
        raise Wrong(f"{key}: {wrong}", wrong.fix) from None


def _check_receiver(spelled: str, names: Names) -> None:
    rotas = (f"{ON_CALL}{name}" for name in names.rotas)
    known = (*rotas, *(f"{AUDIENCE}{name}" for name in names.audiences))
    if spelled not in known:
        raise Wrong(f'"{spelled}" is neither a rota nor an audience', suggest(spelled, known))
