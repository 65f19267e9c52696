"""The table of outcomes and steps: never a guess, never a second copy, never a lost person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.dispatch.decide import (
    Again,
    DeliverySituation,
    Done,
    GiveUp,
    Hold,
    LeaveUnknown,
    LookUp,
    NextChannel,
    Policy,
    decide,
)
from broadcast.model.outcome import Accepted, NotSent, Rejected, Scope, Thread, Unknown
from broadcast.model.unknown import OnUnknown

POLICY = Policy()


def situation(*, attempts=1, backup=False, reconciles=False, lookups=0, jitter=0.0):
    return DeliverySituation(
        attempts=attempts,
        backup=backup,
        reconciles=reconciles,
        lookup_delay=2.0,
        jitter=jitter,
        lookups=lookups,
    )


def test_an_acceptance_is_the_end():
    assert decide(Accepted("SM1", Thread("1", "2")), situation(), POLICY) == Done()


@pytest.mark.parametrize("scope", list(Scope))
def test_a_refusal_moves_on_where_there_is_a_next_channel(scope):
    assert decide(Rejected("no", scope), situation(backup=True), POLICY) == NextChannel()


@pytest.mark.parametrize(
    ("scope", "step"), [(Scope.RECIPIENT, GiveUp()), (Scope.MESSAGE, GiveUp()), (Scope.CHANNEL, Hold())]
)
def test_at_the_last_channel_only_a_fault_of_the_channel_is_kept_for_retry(scope, step):
    assert decide(Rejected("no", scope), situation(), POLICY) == step


def test_what_was_certainly_not_sent_is_tried_again_on_the_same_channel():
    assert isinstance(decide(NotSent("refused"), situation(), POLICY), Again)


def test_with_a_backup_the_second_failure_to_send_is_enough():
    step = decide(NotSent("refused"), situation(attempts=2, backup=True), POLICY)

    assert step == NextChannel()


def test_without_a_backup_it_is_held_after_four():
    assert isinstance(decide(NotSent("refused"), situation(attempts=3), POLICY), Again)
    assert decide(NotSent("refused"), situation(attempts=4), POLICY) == Hold()


@pytest.mark.parametrize(("backup", "step"), [(True, NextChannel()), (False, Again(10.0))])
def test_a_channel_with_no_retries_left_is_spared(backup, step):
    spent = DeliverySituation(
        attempts=1, backup=backup, reconciles=False, lookup_delay=2.0, jitter=0.0, retries=0.9
    )
    enough = DeliverySituation(
        attempts=1, backup=backup, reconciles=False, lookup_delay=2.0, jitter=0.0, retries=1.0
    )

    assert decide(NotSent("refused"), spent, POLICY) == step
    assert decide(NotSent("refused"), enough, POLICY) == Again(0.15)
    assert decide(NotSent("slow down", retry_after=7.0), spent, POLICY) == Again(7.0)


def test_a_provider_that_asks_for_patience_gets_it_to_the_second():
    step = decide(NotSent("slow down", retry_after=7.0), situation(attempts=5), POLICY)

    assert isinstance(step, Again)
    assert step.after >= 7.0


def test_patience_for_a_minute_is_had_and_not_for_longer():
    assert decide(NotSent("slow down", retry_after=60.0), situation(), POLICY) == Again(60.0)
    assert decide(NotSent("slow down", retry_after=60.5), situation(), POLICY) == Hold()


def test_a_provider_that_asks_for_patience_for_ever_is_left_after_forty_requests():
    asked = NotSent("slow down", retry_after=30.0)

    assert decide(asked, situation(attempts=39), POLICY) == Again(30.0)
    assert decide(asked, situation(attempts=40), POLICY) == Hold()


@pytest.mark.parametrize(
    ("attempts", "least"), [(1, 0.15), (2, 0.3), (3, 0.6), (4, 1.2), (7, 9.6), (8, 10.0), (30, 10.0)]
)
def test_each_wait_is_twice_the_one_before_until_it_is_long_enough(attempts, least):
    asked = NotSent("slow down", retry_after=0.0)
    steps = [decide(asked, situation(attempts=attempts, jitter=j), POLICY) for j in (0.0, 0.5)]

    waits = [step.after for step in steps if isinstance(step, Again)]
    assert waits == pytest.approx([least, least * 1.5])


def test_too_much_patience_is_worse_than_the_next_channel():
    asked = NotSent("slow down", retry_after=POLICY.longest_pause + 1)

    assert decide(asked, situation(backup=True), POLICY) == NextChannel()
    assert decide(asked, situation(), POLICY) == Hold()


def test_an_unknown_outcome_is_looked_up_before_anything_else():
    assert decide(Unknown("timeout"), situation(reconciles=True, backup=True), POLICY) == LookUp(2.0)


def test_a_fresh_outcome_has_not_been_looked_up_yet():
    fresh = DeliverySituation(attempts=1, backup=False, reconciles=True, lookup_delay=2.0, jitter=0.0)

    assert decide(Unknown("timeout"), fresh, POLICY) == LookUp(2.0)


def test_unless_somebody_chose_otherwise_an_unknown_outcome_goes_to_the_other_channel():
    assert decide(Unknown("timeout"), situation(backup=True), POLICY) == NextChannel()


def test_look_ups_are_spaced_out_and_then_given_up():
    asked = [decide(Unknown("?"), situation(reconciles=True, lookups=n), POLICY) for n in range(4)]

    assert asked == [LookUp(2.0), LookUp(4.0), LookUp(6.0), LeaveUnknown()]


@pytest.mark.parametrize(
    ("choice", "backup", "step"),
    [
        (OnUnknown.OTHER_CHANNEL, True, NextChannel()),
        (OnUnknown.OTHER_CHANNEL, False, LeaveUnknown()),
        (OnUnknown.HOLD, True, LeaveUnknown()),
        (OnUnknown.HOLD, False, LeaveUnknown()),
    ],
)
def test_nobody_is_sent_the_same_thing_again_on_a_guess(choice, backup, step):
    assert decide(Unknown("timeout"), situation(backup=backup), Policy(on_unknown=choice)) == step


def test_resending_is_only_done_when_it_was_asked_for_and_not_for_ever():
    policy = Policy(on_unknown=OnUnknown.RESEND)

    assert isinstance(decide(Unknown("timeout"), situation(attempts=1), policy), Again)
    assert decide(Unknown("timeout"), situation(attempts=4), policy) == LeaveUnknown()


outcomes = st.one_of(
    st.builds(Rejected, st.just("no"), st.sampled_from(Scope)),
    st.builds(NotSent, st.just("no"), st.none() | st.floats(0, 500)),
    st.builds(Unknown, st.just("?")),
)
situations = st.builds(
    DeliverySituation,
    attempts=st.integers(1, 60),
    backup=st.booleans(),
    reconciles=st.booleans(),
    lookup_delay=st.floats(0, 30),
    jitter=st.floats(0, 0.999),
    lookups=st.integers(0, 5),
)


@given(outcomes, situations, st.builds(Policy, on_unknown=st.sampled_from(OnUnknown)))
def test_no_step_leads_past_the_end_of_a_lane(outcome, where, policy):
    step = decide(outcome, where, policy)

    assert not (isinstance(step, NextChannel) and not where.backup)


@given(situations, st.sampled_from([OnUnknown.OTHER_CHANNEL, OnUnknown.HOLD]))
def test_an_unknown_outcome_is_never_sent_again_on_the_same_channel(where, choice):
    assert not isinstance(decide(Unknown("?"), where, Policy(on_unknown=choice)), Again)


@given(situations, st.floats(0, 60))
def test_nothing_is_sent_before_the_provider_said(where, retry_after):
    step = decide(NotSent("slow down", retry_after), where, POLICY)

    assert not isinstance(step, Again) or step.after >= retry_after


@given(situations)
def test_waiting_never_grows_without_bound(where):
    step = decide(NotSent("refused"), where, POLICY)

    assert not isinstance(step, Again) or 0 < step.after <= POLICY.longest_backoff
