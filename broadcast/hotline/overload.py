"""Whether callers would wait so long for a person that a call-back serves them better. Pure.

It begins when the expected wait is above the limit, or when nobody of the people in the shifts is there. It
ends when the wait is below half of the limit, so that a queue at the limit does not change it at each call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from broadcast.analytics.erlang import erlang_a, wait_behind
from broadcast.model.counted import counted

#: Fewer calls say nothing about their length, or about how long callers wait before they hang up.
FEWEST = 5
#: What holds until then, in seconds.
USUAL_HANDLING, USUAL_PATIENCE = 300.0, 180.0
_ENDS_BELOW = 0.5
_SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoad:
    """The queue at one moment.

    Attributes:
        waiting: How many callers wait for a person.
        agents: How many agents are on duty.
        busy: How many of them talk.
        arrivals: How many callers a minute ask for a person at present.
        handling: How long the last talks took, in seconds.
        gave_up: How many callers hung up while they waited, lately.
        waited: How long all callers waited altogether in that time, in seconds.
        in_hours: Whether somebody's shift is now, present or not.
    """

    waiting: int
    agents: int
    busy: int
    arrivals: float = 0.0
    handling: Sequence[float] = ()
    gave_up: int = 0
    waited: float = 0.0
    in_hours: bool = True


@dataclass(frozen=True, slots=True)
class Overload:
    """Whether call-backs are offered instead of ringing, and why; `wait` is expected, in seconds."""

    active: bool
    why: str
    wait: float


def overload(load: QueueLoad, limit: float, *, before: bool) -> Overload:
    """Return whether there is overload; `limit` is the longest wait in seconds, `before` what held until now.

    >>> overload(QueueLoad(waiting=0, agents=0, busy=0), 300, before=False).why
    'nobody of the people in the shifts is there'
    """
    if not load.agents:
        why = "nobody of the people in the shifts is there" if load.in_hours else "nobody's shift is now"
        return Overload(load.in_hours, why, math.inf)
    handling, patience = _handling(load), _patience(load)
    free = max(0, load.agents - load.busy)
    wait = wait_behind(load.waiting, free, load.agents, handling, patience)
    active = wait > limit * (_ENDS_BELOW if before else 1)
    asked = f"{counted(load.waiting, 'caller')} waiting, {counted(load.agents, 'agent')}, {load.busy} busy"
    expected = f"expected wait {_minutes(wait)}, limit {_minutes(limit)}: {asked}"
    return Overload(active, expected + _outlook(load, handling, patience), wait)


def _handling(load: QueueLoad) -> float:
    return max(1.0, mean(load.handling) if len(load.handling) >= FEWEST else USUAL_HANDLING)


def _patience(load: QueueLoad) -> float:
    """Return how long callers wait before they hang up; the waits of those who were served count, too."""
    return max(1.0, load.waited / load.gave_up if load.gave_up >= FEWEST else USUAL_PATIENCE)


def _outlook(load: QueueLoad, handling: float, patience: float) -> str:
    """Return what follows if as many callers go on to come."""
    if load.arrivals <= 0:
        return ""
    minute = _SECONDS_A_MINUTE
    found = erlang_a(load.arrivals, handling / minute, load.agents, patience / minute)
    busy = f"agents talk {found.occupancy:.0%} of the time"
    return f"; at {load.arrivals:.1f} callers a minute {found.abandons:.0%} hang up, and {busy}"


def _minutes(seconds: float) -> str:
    return f"{seconds / _SECONDS_A_MINUTE:.1f} min"
