"""The one table of delivery states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.delivery import (
    OPEN,
    POSSIBLY_REACHED,
    REACHED,
    TRANSITIONS,
    DeliveryState,
    after_receipt,
    may_become,
)
from broadcast.model.inbound import ReceiptState

FINAL = {state for state, following in TRANSITIONS.items() if not following}


def test_every_state_is_in_the_table():
    assert set(TRANSITIONS) == set(DeliveryState)


@pytest.mark.parametrize(
    ("state", "following"),
    [
        (
            "planned",
            {"sending", "held", "failed", "suppressed", "expired", "cancelled", "delivered", "confirmed"},
        ),
        ("held", {"planned", "suppressed", "expired", "cancelled", "delivered", "confirmed"}),
        ("sending", {"accepted", "planned", "held", "unknown", "failed", "confirmed"}),
        ("unknown", {"accepted", "planned", "held", "failed", "delivered", "suppressed", "confirmed"}),
        ("accepted", {"delivered", "confirmed", "failed", "planned"}),
        ("delivered", {"confirmed", "planned"}),
        ("failed", {"delivered", "confirmed"}),
        ("cancelled", {"confirmed"}),
    ],
)
def test_a_state_is_left_for_these_and_no_others(state, following):
    assert {other for other in DeliveryState if may_become(DeliveryState(state), other)} == following


def test_the_rest_is_final():
    assert {"confirmed", "suppressed", "expired"} == FINAL


def test_retry_goes_on_with_what_is_open():
    assert {"planned", "held", "sending", "unknown"} == OPEN


def test_the_end_is_owed_to_whoever_may_have_been_told():
    assert {"accepted", "delivered", "confirmed"} == REACHED
    assert {*REACHED, "sending", "unknown"} == POSSIBLY_REACHED


def test_a_person_who_confirmed_is_never_planned_for_again():
    assert not may_become(DeliveryState.CONFIRMED, DeliveryState.PLANNED)


def test_nothing_is_sent_without_having_been_planned():
    into_sending = {state for state in DeliveryState if may_become(state, DeliveryState.SENDING)}

    assert into_sending == {DeliveryState.PLANNED}


def test_an_unknown_outcome_cannot_go_straight_back_to_the_wire():
    assert not may_become(DeliveryState.UNKNOWN, DeliveryState.SENDING)


def test_what_is_still_owed_and_what_was_told_do_not_contradict_each_other():
    assert not OPEN & REACHED
    assert REACHED < POSSIBLY_REACHED
    assert not OPEN & FINAL


@given(st.sampled_from(DeliveryState))
def test_every_open_state_leads_to_an_end(start):
    seen, frontier = set(), {start}
    while frontier:
        seen |= frontier
        frontier = {following for state in frontier for following in TRANSITIONS[state]} - seen

    assert seen & FINAL


ARRIVED, LOST, UNDER_WAY = ReceiptState.DELIVERED, ReceiptState.FAILED, ReceiptState.ACCEPTED


@given(st.lists(st.sampled_from(ReceiptState), min_size=1, max_size=6), st.randoms(), st.booleans())
def test_the_order_of_receipts_makes_no_difference(receipts, random, backup):
    def after(news: list[ReceiptState]) -> DeliveryState:
        state = DeliveryState.ACCEPTED
        for receipt in news:
            state = after_receipt(state, receipt, latest=True, backup=backup) or state
        return state

    shuffled = random.sample(receipts, len(receipts))

    assert after(receipts) == after(shuffled)
    assert (after(receipts) is DeliveryState.DELIVERED) == (ARRIVED in receipts)


@given(st.sampled_from(DeliveryState), st.sampled_from(ReceiptState), st.booleans(), st.booleans())
def test_a_receipt_changes_a_delivery_as_the_table_allows(state, receipt, latest, backup):
    after = after_receipt(state, receipt, latest=latest, backup=backup)

    assert after is None or may_become(state, after)


@pytest.mark.parametrize(
    "state", ["planned", "held", "sending", "delivered", "confirmed", "failed", "cancelled"]
)
def test_only_a_message_that_was_accepted_can_turn_out_not_to_have_arrived(state):
    assert after_receipt(DeliveryState(state), LOST, latest=True, backup=True) is None


def test_a_failed_message_goes_on_to_the_next_channel_or_ends():
    assert after_receipt(DeliveryState.ACCEPTED, LOST, latest=True, backup=True) is DeliveryState.PLANNED
    assert after_receipt(DeliveryState.ACCEPTED, LOST, latest=True, backup=False) is DeliveryState.FAILED
    assert after_receipt(DeliveryState.ACCEPTED, LOST, latest=False, backup=True) is None


def test_news_that_a_message_is_under_way_proves_that_it_was_accepted():
    assert after_receipt(DeliveryState.UNKNOWN, UNDER_WAY, latest=True, backup=True) is DeliveryState.ACCEPTED
