"""How much a channel may be asked to do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from broadcast.dispatch.channel import NEVER, ActiveChannel
from broadcast.ledger.records import Claim
from broadcast.model.outcome import Accepted, NotSent, Rejected, Scope, Unknown
from broadcast.testing.ledger_samples import NOON

ANSWERS = [Accepted("1"), Rejected("landline", Scope.RECIPIENT), NotSent("refused"), Unknown("timeout")]


def channel(concurrency: int = 64, batch: int = 1, *, suspect: bool = False) -> ActiveChannel:
    """A channel whose provider can be asked, so that some may be claimed ahead."""
    adapter = SimpleNamespace(capabilities=None, find=print)
    active = ActiveChannel(
        name="sms",
        adapter=adapter,  # type: ignore[arg-type]  # all that it looks at
        concurrency=concurrency,
        lookup_delay=1.0,
        batch=batch,
        suspect=suspect,
    )
    active.schedule(0.0)
    return active


def claims(count: int, first: int = 1, attempts: int = 1) -> list[Claim]:
    """Claims by their numbers; every third has another text than its neighbours."""
    return [
        Claim(
            delivery=number,
            attempt=number,
            notice=1,
            template_audience="customers" if number % 3 else "agents",
            locale="en",
            contact=None,
            receiver=f"p{number}",
            route=("sms",),
            step=0,
            attempts=attempts,
            thread=None,
            started_at=NOON,
        )
        for number in range(first, first + count)
    ]


def test_some_are_claimed_ahead_of_a_slot_while_all_goes_well():
    active = channel()
    active.claimed(claims(64), next_due=0.0, next_at=0.0)
    assert len(active.begin_requests(now=1.0)) == 64

    assert active.wants(now=1.0) == active.reserve == 16
    assert active.sends_ahead(now=1.0)


def test_nothing_is_claimed_ahead_for_a_channel_that_is_left_alone():
    active = channel()
    for _ in range(5):
        active.breaker.count(Unknown("the connection was lost"), now=1.0)
    active.breaker.probing = False  # as if an answer had come that closed nothing

    assert active.breaker.healthy
    assert active.wants(now=1.1) == 0
    assert not active.sends_ahead(now=1.1)


def test_after_a_pause_each_answer_doubles_what_may_be_under_way():
    active = channel(concurrency=5)
    active.pause(3.0, now=1.0)
    windows = []
    for _ in range(4):
        windows.append(active.wants(now=4.0) - active.reserve)
        active.resume()

    assert windows == [1, 2, 4, 5]


def test_pauses_in_a_row_are_counted_from_the_first_and_an_answer_ends_the_row():
    active = channel()

    assert [active.pause(30.0, now=at) for at in (0.0, 30.0, 60.0)] == [30.0, 60.0, 90.0]
    active.resume()
    assert active.pause(30.0, now=90.0) == 30.0


def test_a_shorter_pause_does_not_end_a_longer_one():
    active = channel()
    active.pause(30.0, now=0.0)
    active.pause(1.0, now=0.0)

    assert [active.wants(at) for at in (2.0, 30.0)] == [0, 1]


def test_a_suspect_begins_with_one_request_and_is_cleared_by_its_answer():
    active = channel(suspect=True)
    assert active.wants(now=0.0) == 1
    assert not active.clear_suspicion()

    active.breaker.count(Accepted("1"), now=0.0)

    assert [active.clear_suspicion(), active.clear_suspicion()] == [True, False]
    assert active.wants(now=0.0) == 64 + active.reserve


def test_work_is_stranded_on_a_channel_that_is_out_until_it_moved_on():
    active = channel()
    seen = [(active.has_stranded_work, active.wake_at(now=5.0))]
    active.breaker.give_out("HTTP 401")
    seen.append((active.has_stranded_work, active.wake_at(now=5.0)))
    active.unschedule()
    seen.append((active.has_stranded_work, active.wake_at(now=5.0)))

    assert seen == [(False, 0.0), (True, 0.0), (False, NEVER)]


def test_one_look_up_at_a_time():
    active = channel()
    active.schedule_lookup(2.0)
    assert [active.wants_lookup(1.9), active.wants_lookup(2.0)] == [False, True]

    active.begin_lookup(claims(1), next_due=3.0)
    assert not active.wants_lookup(4.0)
    active.end_lookup()
    assert active.wants_lookup(4.0)

    active.begin_lookup([], next_due=NEVER)
    assert not active.wants_lookup(1e9)


def test_first_requests_earn_retries_and_second_ones_do_not():
    active = channel()
    before = active.retries
    for _ in range(10):
        active.earn_retries(claims(1))
        active.earn_retries(claims(1, attempts=2))

    assert active.retries == pytest.approx(before + 1)
    active.spend_retries(0.5)
    assert active.retries == pytest.approx(before + 0.5)


class Working(RuleBasedStateMachine):
    """A channel that is told whatever can happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.active = channel(concurrency=8, batch=1)
        self.now = 0.0
        self.next = 1
        self.kept: set[int] = set()
        self.out: list[set[int]] = []

    @rule(seconds=st.floats(0.0, 20.0), due=st.booleans())
    def time_passes(self, seconds: float, due: bool) -> None:
        self.now += seconds
        if due:
            self.active.schedule(self.now)

    @precondition(lambda self: self.active.wants(self.now))
    @rule(share=st.floats(0.0, 1.0), more=st.booleans())
    def what_it_wants_is_claimed(self, share: float, more: bool) -> None:
        found = claims(round(self.active.wants(self.now) * share), self.next)
        self.next += len(found)
        self.kept |= {claim.attempt for claim in found}
        self.active.claimed(found, self.now if more else NEVER, self.now)

    @rule()
    def requests_begin(self) -> None:
        for batch in self.active.begin_requests(self.now):
            leaving = {claim.attempt for claim in batch}
            assert leaving <= self.kept
            self.kept -= leaving
            self.out.append(leaving)

    @precondition(lambda self: self.out)
    @rule(answer=st.sampled_from(ANSWERS))
    def an_answer_comes(self, answer: Accepted | Rejected | NotSent | Unknown) -> None:
        self.out.pop()
        self.active.end_request()
        self.active.resume()
        self.active.breaker.count(answer, self.now)

    @precondition(lambda self: self.out)
    @rule(seconds=st.floats(0.0, 90.0))
    def a_pause_is_asked_for(self, seconds: float) -> None:
        self.out.pop()
        self.active.end_request()
        self.active.pause(seconds, self.now)

    @rule()
    def what_has_not_left_is_withdrawn(self) -> None:
        withdrawn = {claim.attempt for claim in self.active.withdraw_ahead(self.now)}
        assert withdrawn == self.kept
        self.kept = set()
        if withdrawn:
            assert self.active.wake_at(self.now) < NEVER or self.out

    @invariant()
    def no_more_is_under_way_than_it_may_have(self) -> None:
        assert self.active.busy == len(self.out) <= 8

    @invariant()
    def what_it_wants_needs_no_waiting_for(self) -> None:
        if self.active.wants(self.now) > self.active.reserve:
            assert self.active.wake_at(self.now) <= self.now


TestWorking = Working.TestCase
TestWorking.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.integers(1, 7), st.integers(0, 40))
def test_a_request_carries_neighbours_with_one_text_and_no_more_than_fit(size, count):
    active = channel(concurrency=100, batch=size)
    active.claimed(claims(count), next_due=NEVER, next_at=0.0)

    requests = active.begin_requests(now=0.0)

    assert [claim.attempt for batch in requests for claim in batch] == list(range(1, count + 1))
    assert all(len(batch) <= size for batch in requests)
    assert all(len({claim.template_audience for claim in batch}) == 1 for batch in requests)
