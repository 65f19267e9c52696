"""A token bucket that many processes share, on a clock that may stand still or start anew."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.pace import Pace

paces = st.builds(Pace, rate=st.floats(0.05, 500), burst=st.integers(1, 120))


@dataclass
class Machine:
    """What any number of processes see in turn: one stored number, one clock, and the time that passes."""

    pace: Pace
    real: float = 0.0
    clock: float = 1000.0
    full_at: float = 0.0

    def runs(self, seconds: float) -> None:
        self.real += seconds
        self.clock += seconds

    def sleeps(self, seconds: float) -> None:
        """A laptop's lid is closed: its monotonic clock stands still."""
        self.real += seconds

    def restarts(self, seconds: float) -> None:
        """A monotonic clock begins again at nought, at some moment within those seconds."""
        self.real += seconds
        self.clock = seconds / 2

    def grants(self, wanted: int) -> int:
        """What one process gets, as the ledger does it."""
        granted = min(wanted, self.pace.free(self.full_at, self.clock))
        if granted or self.full_at > self.pace.sound(self.full_at, self.clock):
            self.full_at = self.pace.spend(self.full_at, self.clock, granted)
        return granted


steps = st.tuples(
    st.sampled_from([Machine.runs, Machine.runs, Machine.runs, Machine.sleeps, Machine.restarts]),
    st.floats(0, 5),
    st.integers(0, 200),
)


@given(paces, st.lists(steps, max_size=40))
def test_no_window_of_time_holds_more_than_the_burst_and_the_rate(pace, history):
    machine, granted = Machine(pace), []
    for passes, seconds, wanted in history:
        passes(machine, seconds)
        granted.append((machine.real, machine.grants(wanted)))

    for first, (begin, _) in enumerate(granted):
        total = 0
        for end, requests in granted[first:]:
            total += requests
            assert total <= pace.burst + pace.rate * (end - begin) + 1e-6


@given(paces, st.lists(steps, max_size=20))
def test_whoever_waits_until_the_moment_it_names_is_granted_something(pace, history):
    machine = Machine(pace)
    for passes, seconds, wanted in history:
        passes(machine, seconds)
        machine.grants(wanted)
    machine.grants(pace.burst)

    at = pace.next_at(machine.full_at, machine.clock)
    machine.runs(at - machine.clock)

    assert at > machine.clock - 1e-9
    assert machine.grants(1) == 1


@given(paces, st.lists(steps, max_size=20))
def test_after_quiet_the_whole_burst_is_there_again(pace, history):
    machine = Machine(pace)
    for passes, seconds, wanted in history:
        passes(machine, seconds)
        machine.grants(wanted)

    machine.runs(pace.burst / pace.rate + 1e-3)

    assert machine.grants(10**6) == pace.burst


@given(paces, st.integers(2, 8), st.floats(0.5, 3))
def test_all_of_the_rate_is_used_however_many_processes_share_it(pace, processes, seconds):
    machine, asked, granted = Machine(pace), [0.0] * processes, 0
    machine.grants(pace.burst)
    end = machine.clock + seconds
    while machine.clock < end:
        for process in range(processes):
            if machine.clock >= asked[process]:
                granted += machine.grants(1 + process)
                asked[process] = pace.next_at(machine.full_at, machine.clock)
        machine.runs(max(1e-3, min(asked) - machine.clock))

    assert granted >= pace.rate * seconds * 0.8 - 1


@pytest.mark.parametrize(("rate", "burst"), [(80.0, 80), (1.0, 1), (2.5, 2), (0.1, 1)])
def test_a_second_s_worth_may_leave_at_once_unless_it_is_said_otherwise(rate, burst):
    assert Pace.of(rate, None) == Pace(rate, burst)
    assert Pace.of(rate, 7, batch=1000) == Pace(rate, 7, 1000)


def test_without_a_rate_there_is_no_pace():
    assert Pace.of(0, 5) is None


def test_a_fast_channel_is_asked_for_in_breaths_and_a_slow_one_for_single_requests():
    fast, slow = Pace(80, 80), Pace(1, 1)

    assert fast.next_at(fast.spend(0, 10.0, 80), 10.0) == pytest.approx(10.05, abs=1e-4)
    assert slow.next_at(slow.spend(0, 10.0, 1), 10.0) == pytest.approx(11.0, abs=1e-4)
