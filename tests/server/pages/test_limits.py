"""However a client spreads its forms over time, it does not get around the limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.clock import ManualClock
from broadcast.server.pages.rate_limit import RateLimit
from broadcast.server.pages.subscribe import FORMS


class Seconds(ManualClock):
    """A clock whose monotonic time a test moves on."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


PAUSES = st.lists(st.floats(0, 90), max_size=60)


@given(PAUSES)
def test_no_minute_has_more_than_twice_the_limit(pauses):
    clock, taken = Seconds(), []
    limit = RateLimit(clock, FORMS)
    for pause in pauses:
        clock.passed += pause
        if limit.count("203.0.113.9"):
            taken.append(clock.passed)

    assert all(sum(begin <= one < begin + 60 for one in taken) <= 2 * FORMS for begin in taken)


@given(st.integers(1, 40))
def test_another_client_is_not_affected(count):
    limit = RateLimit(ManualClock(), FORMS)
    for _ in range(count):
        limit.count("203.0.113.9")

    assert limit.count("203.0.113.10")
