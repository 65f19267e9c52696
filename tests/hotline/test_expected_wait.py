from __future__ import annotations

import pytest

from broadcast.hotline.expected_wait import expected_wait
from broadcast.hotline.snapshot import ExpectedWait

WAITS = (60.0, 120.0, 120.0, 180.0, 240.0)


@pytest.mark.parametrize(
    ("waits", "waiting", "agents", "expected"),
    [
        (WAITS, 1, 1, ExpectedWait(least=2, most=3)),
        (WAITS, 2, 1, ExpectedWait(least=4, most=6)),
        (WAITS, 1, 4, ExpectedWait(least=2, most=3)),
        ((3.0,) * 5, 1, 1, ExpectedWait(least=1, most=2)),
        ((9_000.0,) * 30 + (60.0,) * 20, 1, 1, ExpectedWait(least=1, most=2)),
    ],
)
def test_the_wait_is_the_median_of_recent_waits_for_each_caller_ahead(waits, waiting, agents, expected):
    assert expected_wait(waits, waiting, agents) == expected


def test_nothing_is_said_from_fewer_than_five_waits_or_without_agents():
    assert expected_wait(WAITS[:4], 1, 1) is None
    assert expected_wait(WAITS, 1, 0) is None
