"""Callers in an exercise, as its file has them: how many, when, what they want, and in which language.

callers = { count = 200, within = "10m", mix = { status = 0.5, person = 0.3, angry = 0.1, silent = 0.1 } }
agents = { accept = 5, mailbox = 1, off = 8, talk = "3m" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any

from broadcast.config import shapes
from broadcast.config.problems import Wrong
from broadcast.hotline.simulation.agent_phones import PhoneBehaviour
from broadcast.hotline.simulation.caller_script import (
    CallerAction,
    CallScript,
    LeaveCall,
    PressKeys,
    SpeakWords,
)
from broadcast.model.nearest import suggest

_MOST = 5000
_MOST_AGENTS = 500
_CALLERS = ("count", "within", "mix", "language", "call_back_within", "first_fact")
_ENOUGH = 1e-6
#: Who wants a person agrees to a call-back, also if the wait was offered to be shortened before.
_AGREES = (PressKeys("1"), PressKeys("1"))
CALLERS_EXAMPLE = 'write callers = { count = 200, within = "10m", mix = { status = 0.7, person = 0.3 } }'
AGENTS_EXAMPLE = 'write agents = { accept = 5, mailbox = 1, off = 8, talk = "3m" }'


class CallerKind(StrEnum):
    """What a caller wants, and so what they do."""

    STATUS = "status"  # hears the state, asks once when it ends, and hangs up
    PERSON = "person"  # presses 0; agrees to a call-back if nobody is free
    ANGRY = "angry"  # says so, and then is like `person`
    SILENT = "silent"  # says nothing at all
    LINK = "link"  # wants the SMS
    CALL_BACK = "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCallers:
    """Callers who begin to call at a step.

    Attributes:
        count: How many.
        within: The time over which their calls begin.
        mix: The share of each kind; the shares make 1.
        language: The share of each language.
        call_back_within: Until when who was promised a call-back must have got it.
        first_fact: Until when a caller must hear the first fact, counted from the first word.
    """

    count: int
    within: timedelta
    mix: Mapping[CallerKind, float]
    language: Mapping[str, float] = field(default_factory=lambda: {"de": 1.0})
    call_back_within: timedelta = timedelta(hours=1)
    first_fact: timedelta = timedelta(seconds=5)

    def scripts(self, seed: str) -> Iterator[tuple[CallerKind, CallScript, timedelta]]:
        """Yield each caller with the time of the call since the step; the same seed yields the same."""
        chance = Random(seed)  # noqa: S311 - it only mixes
        kinds, languages = _shares(self.mix, self.count), _shares(self.language, self.count)
        chance.shuffle(kinds)
        chance.shuffle(languages)
        times = sorted(chance.random() for _ in range(self.count))
        for number, (kind, language, time) in enumerate(zip(kinds, languages, times, strict=True)):
            script = CallScript(
                caller=_number(number, language), language=language, actions=_actions(kind, language)
            )
            yield kind, script, self.within * time


@dataclass(frozen=True, slots=True)
class StepAgents:
    """Who is at work from a step on: how many phones behave in which way, and how long agents talk."""

    phones: Mapping[PhoneBehaviour, int]
    talk: timedelta = timedelta(minutes=3)

    def behaviours(self, on_duty: list[str], seed: str) -> dict[str, PhoneBehaviour]:
        """Return the phone of each agent: people on duty first, then made-up ones, in their order."""
        mixed = [behaviour for behaviour, count in self.phones.items() for _ in range(count)]
        Random(seed).shuffle(mixed)  # noqa: S311 - it only mixes
        made_up = (f"agent-{number}" for number in range(len(on_duty) + 1, len(mixed) + 1))
        return dict(zip((*on_duty, *made_up), mixed, strict=False))


def read_callers(given: Any) -> StepCallers:
    """Return the callers of a step; raises `Wrong`."""
    table = _table(given, _CALLERS, CALLERS_EXAMPLE)
    for key in ("count", "within", "mix"):
        if key not in table:
            raise Wrong(f"{key} is missing", CALLERS_EXAMPLE)
    known = {kind.value: kind for kind in CallerKind}
    mix = _fractions(_table(table["mix"], tuple(known), CALLERS_EXAMPLE), "mix")
    language = table.get("language", {"de": 1.0})
    if not isinstance(language, dict):
        raise Wrong("language is not a table", "write language = { de = 0.8, en = 0.2 }")
    return StepCallers(
        count=_count(table["count"], "count", _MOST),
        within=_span(table["within"], "within"),
        mix={known[name]: share for name, share in mix.items()},
        language=_fractions({shapes.locale(name): share for name, share in language.items()}, "language"),
        call_back_within=_span(table.get("call_back_within", "1h"), "call_back_within"),
        first_fact=_span(table.get("first_fact", "5s"), "first_fact"),
    )


def read_agents(given: Any) -> StepAgents:
    """Return who is at work from a step on; raises `Wrong`."""
    known = {one.value: one for one in PhoneBehaviour}
    table = dict(_table(given, (*known, "talk"), AGENTS_EXAMPLE))
    talk = _span(table.pop("talk", "3m"), "talk")
    phones = {known[name]: _count(count, name, _MOST_AGENTS) for name, count in table.items()}
    return StepAgents(phones, talk)


def _table(given: Any, known: tuple[str, ...], example: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise Wrong("is not a table", example)
    for key in given:
        if key not in known:
            raise Wrong(f"{key} is not known here", suggest(key, known))
    return given


def _count(given: Any, name: str, most: int) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= most:
        return given
    raise Wrong(f"{name} is not a number from 1 to {most:,}", f"write {name} = 5")


def _span(given: Any, name: str) -> timedelta:
    try:
        return timedelta(seconds=shapes.timeout(given))
    except Wrong as wrong:
        raise Wrong(f"{name}: {wrong}", wrong.fix) from None


def _fractions(given: Mapping[str, Any], name: str) -> dict[str, float]:
    """Return shares that make 1."""
    numbers = [one for one in given.values() if isinstance(one, int | float) and not isinstance(one, bool)]
    right = len(numbers) == len(given) and all(0 <= one <= 1 for one in numbers)
    if not right or not math.isclose(sum(numbers), 1.0, abs_tol=_ENOUGH):
        raise Wrong(f"the shares of {name} do not make 1", f"write {name} = {{ ... = 0.7, ... = 0.3 }}")
    return {key: float(value) for key, value in given.items()}


def _shares(shares: Mapping[Any, float], count: int) -> list[Any]:
    """Return so many keys in these shares; what rounding leaves goes to those with the largest rest."""
    whole = {key: math.floor(share * count + _ENOUGH) for key, share in shares.items()}
    rests = sorted(shares, key=lambda key: shares[key] * count - whole[key], reverse=True)
    for key in rests[: count - sum(whole.values())]:
        whole[key] += 1
    return [key for key, times in whole.items() for _ in range(times)]


def _number(number: int, language: str) -> str:
    """Return a phone number that nobody else in the exercise has."""
    return f"+49155{50_000_000 + number}" if language == "de" else f"+447{700_000_000 + number}"


def _actions(kind: CallerKind, language: str) -> tuple[CallerAction, ...]:
    german = language == "de"
    match kind:
        case CallerKind.STATUS:
            return SpeakWords("Wann geht es wieder?" if german else "When will it work again?"), LeaveCall()
        case CallerKind.PERSON:
            return PressKeys("0"), *_AGREES
        case CallerKind.ANGRY:
            words = "Das ist eine Frechheit" if german else "This is ridiculous, I am fed up"
            return SpeakWords(words), *_AGREES
        case CallerKind.LINK:
            return PressKeys("2"), PressKeys("1"), LeaveCall()
        case CallerKind.CALL_BACK:
            return PressKeys("3"), PressKeys("1")
        case CallerKind.SILENT:
            return ()
