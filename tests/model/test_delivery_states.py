"""The one table of delivery states."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.delivery import OPEN, POSSIBLY_TOLD, REACHED, TRANSITIONS, DeliveryState, may_become

FINAL = {state for state, following in TRANSITIONS.items() if not following}


def test_every_state_is_in_the_table():
    assert set(TRANSITIONS) == set(DeliveryState)


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
