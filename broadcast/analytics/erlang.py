"""How long callers wait, by queueing theory: Erlang B, Erlang C, and Erlang A, whose callers lose patience.

Calls arrive at random (`arrivals` a minute), each takes `handling` minutes on average, and `agents` take
them. Every time is in minutes. Erlang C knows no end of waiting, so it fails when more work comes than agents
can do; Erlang A holds then, too: callers hang up after `patience` minutes on average. Use A in an outage.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

#: A state this much less likely than the likeliest one counts nothing (the logarithm of 1e-15).
_NEGLIGIBLE = -35.0
_MOST_STATES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """A queue in its steady state.

    Attributes:
        waits: The share of callers who have to wait.
        abandons: The share of callers who hang up before they are served.
        wait: The average wait of all callers, in minutes.
        queue: How many callers wait on average.
        occupancy: The share of their time that agents talk.
    """

    waits: float
    abandons: float
    wait: float
    queue: float
    occupancy: float


def erlang_b(load: float, agents: int) -> float:
    """Return the share of callers who find no agent free if nobody waits; `load` is arrivals × handling.

    >>> round(erlang_b(1, 2), 4)
    0.2
    """
    blocked = 1.0
    for busy in range(1, agents + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Return the share of callers who wait if nobody hangs up; 1 if more work comes than agents can do.

    >>> round(erlang_c(1, 2), 4)
    0.3333
    """
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


def mean_wait_c(load: float, agents: int, handling: float) -> float:
    """Return the average wait if nobody hangs up; infinite if more work comes than agents can do."""
    if load >= agents:
        return math.inf
    return erlang_c(load, agents) * handling / (agents - load)


def erlang_a(arrivals: float, handling: float, agents: int, patience: float) -> QueueFigures:
    """Return the figures of a queue whose callers hang up after `patience` minutes on average.

    It also holds without agents, and if more work comes than they can do.

    >>> round(erlang_a(48, 1, 50, 2).abandons, 6)
    0.030912
    """
    if arrivals <= 0:
        return QueueFigures(waits=0.0, abandons=0.0, wait=0.0, queue=0.0, occupancy=0.0)
    states = dict(_states(arrivals, handling, agents, patience))
    likeliest = max(states.values())
    likely = {calls: math.exp(weight - likeliest) for calls, weight in states.items()}
    total = math.fsum(likely.values())
    queue = math.fsum((calls - agents) * weight for calls, weight in likely.items() if calls > agents) / total
    busy = math.fsum(min(calls, agents) * weight for calls, weight in likely.items()) / total
    return QueueFigures(
        waits=math.fsum(weight for calls, weight in likely.items() if calls >= agents) / total,
        abandons=queue / patience / arrivals,
        wait=queue / arrivals,
        queue=queue,
        occupancy=busy / agents if agents else 0.0,
    )


def wait_behind(ahead: int, free: int, agents: int, handling: float, patience: float) -> float:
    """Return the expected wait in minutes of a caller who comes now; infinite without agents.

    Those ahead leave as agents become free, or lose patience, as in Erlang A.

    Args:
        ahead: how many callers wait already.
        free: how many of the agents are not busy.
        agents: how many agents there are.
        handling: how long a call takes.
        patience: how long callers wait before they hang up.

    >>> wait_behind(ahead=0, free=0, agents=5, handling=5, patience=3)
    1.0
    """
    if agents < 1:
        return math.inf
    leaving = max(0, ahead - free + 1)
    return math.fsum(1 / (agents / handling + behind / patience) for behind in range(leaving))


def _states(arrivals: float, handling: float, agents: int, patience: float) -> Iterator[tuple[int, float]]:
    """Yield the logarithm of how likely each number of calls is, in relation to all agents being busy.

    From there the likelihood rises to one peak and falls, in each direction.
    """
    yield agents, 0.0
    weight = most = 0.0
    for calls in range(agents, 0, -1):
        weight += math.log(calls / handling / arrivals)
        most = max(most, weight)
        yield calls - 1, weight
        if weight < most + _NEGLIGIBLE:
            break
    weight = most = 0.0
    for waiting in count(1):
        weight += math.log(arrivals / (agents / handling + waiting / patience))
        most = max(most, weight)
        yield agents + waiting, weight
        if weight < most + _NEGLIGIBLE or waiting > _MOST_STATES:
            break
