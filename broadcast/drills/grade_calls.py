"""Grade the calls of an exercise: what callers heard, whom they reached, what was kept. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from broadcast.drills.calls import ExerciseCalls
from broadcast.drills.criterion import Criterion, all_of, none
from broadcast.drills.crowd import CallerKind
from broadcast.hotline.simulation.call_load import LoadedCall
from broadcast.hotline.simulation.call_transcript import CallEnding

#: Who asked for a person, or showed that they need one.
_WANT_A_PERSON = frozenset({CallerKind.PERSON, CallerKind.ANGRY})
#: What keeps the promise of a person.
_KEPT = frozenset({CallEnding.HUMAN, CallEnding.CALL_BACK, CallEnding.VOICEMAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """The figures of all calls; seconds are None where nothing was counted.

    Attributes:
        calls: How many people called.
        endings: Where they got to.
        steps: How many documents they heard altogether.
        first_fact_p50_s: After how many seconds half of the callers heard a fact; `first_fact_max_s` all.
        wait_p50_s: How long half of those waited who talked to a person; `wait_max_s` all.
        call_backs: How many were promised, and `call_backs_made` made.
        call_back_p50_s: After how many seconds half of them were made; `call_back_max_s` all.
    """

    calls: int
    endings: Mapping[str, int]
    steps: int
    first_fact_p50_s: float | None
    first_fact_max_s: float | None
    wait_p50_s: float | None
    wait_max_s: float | None
    call_backs: int
    call_backs_made: int
    call_back_p50_s: float | None
    call_back_max_s: float | None


def figures(calls: Sequence[LoadedCall]) -> CallFigures:
    """Return the figures of these calls."""
    facts = sorted(one.transcript.fact_after for one in calls if one.transcript.fact_after is not None)
    waits = sorted(_waits(calls))
    late = sorted(_delays(calls))
    return CallFigures(
        calls=len(calls),
        endings=dict(sorted(Counter(one.transcript.ending.value for one in calls).items())),
        steps=sum(one.transcript.steps for one in calls),
        first_fact_p50_s=_half(facts),
        first_fact_max_s=_last(facts),
        wait_p50_s=_half(waits),
        wait_max_s=_last(waits),
        call_backs=sum(one.requested is not None for one in calls),
        call_backs_made=len(late),
        call_back_p50_s=_half(late),
        call_back_max_s=_last(late),
    )


def grade_calls(exercise: ExerciseCalls) -> Iterator[Criterion]:
    """Yield the criteria of an exercise with callers."""
    calls = exercise.load.calls
    limit = min(one.first_fact for one in exercise.callers)
    known = figures(calls)
    heard = [one for one in calls if one.transcript.fact_after is not None]
    slowest = known.first_fact_max_s
    yield Criterion(
        "callers hear a fact after",
        "never" if len(heard) < len(calls) or slowest is None else f"{slowest:.1f} s",
        f"{limit.total_seconds():.1f} s",
        len(heard) == len(calls) and slowest is not None and slowest <= limit.total_seconds(),
    )
    wanted = [one for one in calls if one.kind in _WANT_A_PERSON]
    yield all_of(
        "callers who want a person and reach one, or are owed one", sum(map(_kept, wanted)), len(wanted)
    )
    yield none("calls that a mailbox swallowed", sum(one.transcript.swallowed for one in calls))
    within = min(one.call_back_within for one in exercise.callers)
    promised = [one for one in calls if one.requested is not None]
    yield all_of("call-backs made in time", sum(_in_time(one, within) for one in promised), len(promised))


def _kept(one: LoadedCall) -> bool:
    return one.transcript.ending in _KEPT


def _in_time(one: LoadedCall, within: timedelta) -> bool:
    return bool(one.requested and one.returned and one.returned - one.requested <= within)


def _waits(calls: Sequence[LoadedCall]) -> Iterator[float]:
    for one in calls:
        asked, human = one.transcript.asked_after, one.transcript.human_after
        if asked is not None and human is not None:
            yield human - asked


def _delays(calls: Sequence[LoadedCall]) -> Iterator[float]:
    for one in calls:
        if one.requested and one.returned:
            yield (one.returned - one.requested).total_seconds()


def _half(ordered: Sequence[float]) -> float | None:
    return round(ordered[math.ceil(len(ordered) / 2) - 1], 1) if ordered else None


def _last(ordered: Sequence[float]) -> float | None:
    return round(ordered[-1], 1) if ordered else None
