"""How many questions the model is asked: within an hour, and in one call."""

from __future__ import annotations

from collections import OrderedDict, deque

_HOUR = 3600.0
_MOST_CALLS = 2_000


class QuestionBudget:
    """Counts questions in this process; times are monotonic seconds.

    >>> budget = QuestionBudget(per_hour=2, per_call=1)
    >>> budget.spend("CA1", 0.0), budget.spend("CA1", 1.0), budget.spend("CA2", 2.0), budget.spend("CA3", 3.0)
    (True, False, True, False)
    """

    def __init__(self, per_hour: int, per_call: int) -> None:
        self._per_hour = per_hour
        self._per_call = per_call
        self._asked: deque[float] = deque()
        self._calls: OrderedDict[str, int] = OrderedDict()

    def spend(self, call: str, now: float) -> bool:
        """Return whether one more question may be asked in this call, and count it."""
        while self._asked and now - self._asked[0] >= _HOUR:
            self._asked.popleft()
        if len(self._asked) >= self._per_hour or self._calls.get(call, 0) >= self._per_call:
            return False
        self._asked.append(now)
        self._calls[call] = self._calls.get(call, 0) + 1
        if len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)
        return True
