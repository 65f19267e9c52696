"""How long a caller probably waits for a person, from recent waits. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from broadcast.hotline.snapshot import ExpectedWait

#: Fewer waits than these say nothing; older ones than the last twenty neither.
FEWEST_WAITS = 5
MOST_WAITS = 20
_SECONDS_A_MINUTE = 60
#: A range has its upper end this much above the lower one.
_SPREAD = 1.5


def expected_wait(waits: Sequence[float], waiting: int, agents: int) -> ExpectedWait | None:
    """Return the expected wait as a range of whole minutes; None below five waits, or without agents.

    It is the median of the last waits, for each caller who is ahead of an agent.

    Args:
        waits: the seconds that callers waited who then spoke to a person, the newest last.
        waiting: how many callers wait now, the new one included.
        agents: how many agents are on duty.

    >>> expected_wait([60, 120, 120, 180, 240], waiting=2, agents=1)
    ExpectedWait(least=4, most=6)
    """
    if len(waits) < FEWEST_WAITS or agents < 1:
        return None
    seconds = median(waits[-MOST_WAITS:]) * max(1.0, waiting / agents)
    least = max(1, round(seconds / _SECONDS_A_MINUTE))
    return ExpectedWait(least=least, most=max(least, math.ceil(least * _SPREAD)))
