"""What the ledger is told about each outcome and step."""

from __future__ import annotations

import math

import pytest

from broadcast.dispatch.decide import Again, Done, GiveUp, Hold, LeaveUnknown, LookUp, NextChannel
from broadcast.dispatch.settlement import settlement
from broadcast.ledger.records import Claim
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted, NotSent, Rejected, Scope, Thread, Unknown
from broadcast.testing.ledger_samples import NOON

NOW = 1000.0
CLAIM = Claim(
    delivery=1,
    attempt=2,
    notice=3,
    template_audience="customers",
    locale="de",
    contact=None,
    receiver="anna",
    route=("email", "mail-backup", "sms"),
    step=1,
    attempts=1,
    thread=None,
    started_at=NOON,
)


def settled(outcome, step, *, lookup=False):
    return settlement([CLAIM], [outcome], step, NOW, lookup=lookup)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (Done(), DeliveryState.ACCEPTED),
        (Again(1.0), DeliveryState.PLANNED),
        (NextChannel(), DeliveryState.PLANNED),
        (LookUp(1.0), DeliveryState.UNKNOWN),
        (LeaveUnknown(), DeliveryState.UNKNOWN),
        (Hold(), DeliveryState.HELD),
        (GiveUp(), DeliveryState.FAILED),
    ],
)
def test_each_step_puts_the_delivery_into_one_state(step, state):
    assert settled(Unknown("timeout"), step).state is state


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (Accepted("SM1"), "accepted"),
        (Rejected("landline", Scope.RECIPIENT), "rejected"),
        (NotSent("refused"), "not_sent"),
        (Unknown("timeout"), "unknown"),
    ],
)
def test_an_outcome_is_written_down_by_its_name(outcome, name):
    assert settled(outcome, Hold()).outcome == name


def test_an_acceptance_keeps_what_a_follow_up_hangs_on():
    thread = Thread("1", "2")
    took = Accepted("SM1", thread, "found by its reference")
    kept = settled(took, Done())

    assert (kept.claims, kept.accepted, kept.reason) == ([CLAIM], [took], "found by its reference")


def test_what_was_not_accepted_has_a_reason_and_nothing_to_hang_on():
    kept = settled(Rejected("landline", Scope.RECIPIENT), GiveUp())

    assert (kept.accepted, kept.reason) == ((), "landline")


def test_a_look_up_that_learnt_nothing_leaves_the_outcome_of_the_attempt():
    assert settled(Unknown("still nothing"), LookUp(2.0), lookup=True).outcome is None


def test_a_look_up_that_learnt_something_is_believed():
    assert settled(NotSent("never seen"), Again(0.0), lookup=True).outcome == "not_sent"


def test_only_the_next_channel_is_one_step_further_on():
    steps = [Done(), Again(1.0), LookUp(1.0), LeaveUnknown(), Hold(), GiveUp()]

    assert {settled(Unknown("?"), step).step for step in steps} == {1}
    assert settled(Unknown("?"), NextChannel()).step == 2


@pytest.mark.parametrize("step", [Again(7.0), LookUp(7.0)])
def test_a_wait_begins_now(step):
    assert settled(Unknown("?"), step).not_before == NOW + 7.0


def test_what_is_left_unknown_is_not_looked_at_again_in_this_run():
    assert settled(Unknown("?"), LeaveUnknown()).not_before == math.inf


@pytest.mark.parametrize("step", [NextChannel(), Hold(), GiveUp(), Done()])
def test_nothing_else_has_to_wait(step):
    assert settled(Unknown("?"), step).not_before == 0.0
