"""Erlang B, C and A against published and exactly computed values."""

from __future__ import annotations

import math

import pytest

from broadcast.analytics.erlang import erlang_a, erlang_b, erlang_c, mean_wait_c, wait_behind


@pytest.mark.parametrize(
    ("load", "agents", "blocked", "waits"),
    [
        (1, 2, 0.2, 0.3333333333),
        (5, 7, 0.1205186351, 0.3241499492),
        (10, 14, 0.0568191434, 0.1741319336),
        (50, 55, 0.0537488121, 0.3845473179),
        (100, 110, 0.0274634484, 0.2370075003),
    ],
)
def test_b_and_c(load, agents, blocked, waits):
    assert erlang_b(load, agents) == pytest.approx(blocked, abs=1e-9)
    assert erlang_c(load, agents) == pytest.approx(waits, abs=1e-9)


def test_more_work_than_agents_can_do_is_an_endless_wait_and_no_error():
    assert (erlang_c(14, 14), mean_wait_c(14, 14, 3)) == (1.0, math.inf)
    assert mean_wait_c(10, 14, 3) * 60 == pytest.approx(7.836, abs=0.001)


@pytest.mark.parametrize(
    ("queue", "waits", "abandons", "wait", "length", "occupancy"),
    [
        ((48, 1, 50, 2), 0.46777407, 0.03091225, 3.70947, 2.96757592, 0.93032424),
        ((12, 5, 50, 3), 0.84759590, 0.17628124, 31.7306, 6.34612463, 0.98846251),
        ((2, 5, 10, 3), 0.48529420, 0.14062171, 25.3119, 0.84373028, 0.85937829),
    ],
)
def test_a(queue, waits, abandons, wait, length, occupancy):
    found = erlang_a(*queue)

    assert found.waits == pytest.approx(waits, abs=1e-7)
    assert found.abandons == pytest.approx(abandons, abs=1e-7)
    assert found.wait * 60 == pytest.approx(wait, abs=1e-3)
    assert found.queue == pytest.approx(length, abs=1e-7)
    assert found.occupancy == pytest.approx(occupancy, abs=1e-7)


def test_endless_patience_is_erlang_c():
    assert erlang_a(48, 1, 50, 1e9).waits == pytest.approx(erlang_c(48, 50), abs=1e-6)


def test_without_agents_everybody_loses_patience():
    found = erlang_a(2, 5, 0, 3)

    assert (found.waits, found.abandons, found.wait) == pytest.approx((1, 1, 3))


@pytest.mark.parametrize("queue", [(0, 5, 10, 3), (5000, 10, 3, 30), (0.001, 0.1, 400, 0.1)])
def test_no_extreme_leaves_the_range(queue):
    found = erlang_a(*queue)

    assert 0 <= found.abandons <= 1
    assert 0 <= found.occupancy <= 1 + 1e-12


def test_the_wait_behind_others_counts_those_who_leave():
    assert wait_behind(ahead=2, free=3, agents=5, handling=5, patience=3) == 0
    assert wait_behind(ahead=1, free=0, agents=5, handling=5, patience=1) == pytest.approx(1 + 1 / 2)
    assert wait_behind(ahead=0, free=0, agents=0, handling=5, patience=1) == math.inf
