"""The one table of delivery states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.delivery import OPEN, POSSIBLY_TOLD, REACHED, TRANSITIONS, DeliveryState, may_become

FINAL = {state for state, following in TRANSITIONS.items() if not following}


def test_every_state_is_in_the_table():
    assert set(TRANSITIONS) == set(DeliveryState)


@pytest.mark.parametrize(
    ("state", "following"),
    [
        ("planned", {"sending", "held", "failed", "suppressed", "expired", "cancelled"}),
        ("held", {"planned", "suppressed", "expired", "cancelled"}),
        ("sending", {"accepted", "planned", "held", "unknown", "failed"}),
        ("unknown", {"accepted", "planned", "held", "failed", "delivered", "suppressed"}),
        ("accepted", {"delivered", "confirmed", "failed", "planned"}),
        ("delivered", {"confirmed"}),
    ],
)
def test_a_state_is_left_for_these_and_no_others(state, following):
    assert {other for other in DeliveryState if may_become(DeliveryState(state), other)} == following


def test_the_rest_is_final():
    assert {"confirmed", "failed", "suppressed", "expired", "cancelled"} == FINAL


def test_retry_goes_on_with_what_is_open():
    assert {"planned", "held", "sending", "unknown"} == OPEN


def test_the_end_is_owed_to_whoever_may_have_been_told():
    assert {"accepted", "delivered", "confirmed"} == REACHED
    assert {*REACHED, "sending", "unknown"} == POSSIBLY_TOLD


def test_a_person_who_was_told_is_never_planned_for_again_except_when_it_bounced():
    assert not may_become(DeliveryState.DELIVERED, DeliveryState.PLANNED)
    assert not may_become(DeliveryState.CONFIRMED, DeliveryState.PLANNED)


def test_nothing_is_sent_without_having_been_planned():
    into_sending = {state for state in DeliveryState if may_become(state, DeliveryState.SENDING)}

    assert into_sending == {DeliveryState.PLANNED}


def test_an_unknown_outcome_cannot_go_straight_back_to_the_wire():
    assert not may_become(DeliveryState.UNKNOWN, DeliveryState.SENDING)


def test_what_is_still_owed_and_what_was_told_do_not_contradict_each_other():
    assert not OPEN & REACHED
    assert REACHED < POSSIBLY_TOLD
    assert not OPEN & FINAL


@given(st.sampled_from(DeliveryState))
def test_every_open_state_leads_to_an_end(start):
    seen, frontier = set(), {start}
    while frontier:
        seen |= frontier
        frontier = {following for state in frontier for following in TRANSITIONS[state]} - seen

    assert seen & FINAL
