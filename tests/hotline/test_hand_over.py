"""Ringing agents, and what follows if none of them accepts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.effects import (
    RequestCallBack,
    RingAgent,
)
from broadcast.hotline.event import Acceptance
from broadcast.hotline.snapshot import ExpectedWait, Mode
from broadcast.model.call_document import Dial, Record
from tests.hotline.telephone_call import (
    ANNA,
    BEN,
    begun,
    handed_over,
    of_kind,
    snapshot,
)


def test_agents_are_rung_one_after_the_other_then_a_call_back_or_a_message():
    call = begun()
    first, second = call.press("0").document[-1], call.request().document[-1]
    last = call.request()

    assert isinstance(first, Dial)
    assert isinstance(second, Dial)
    assert [first.number, second.number] == [ANNA.number, BEN.number]
    assert [rung.agent for rung in of_kind(call, RingAgent)] == ["a-1", "a-2"]
    assert last.state.step is Step.CALL_BACK
    assert isinstance(last.document[-1], Record)
    call.press("1")
    assert of_kind(call, RequestCallBack)[0].topic is Topic.ASKED


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        ({}, [15] * 5),
        ({"most_agents": 3}, [15] * 3),
        ({"give_up_seconds": 40}, [15, 15, 10]),
        ({"give_up_seconds": 0}, []),
    ],
)
def test_ringing_is_limited_in_people_and_in_time(limit: dict[str, Any], seconds: list[int]):
    agents = tuple(replace(ANNA, id=f"a-{n}", number=f"+491511111111{n}") for n in range(9))
    call = begun(agents=agents, **limit)
    call.press("0")
    rung = []
    while isinstance(dial := call.last.document[-1], Dial):
        rung.append(dial.seconds)
        call.request()

    assert rung == seconds


def test_an_agent_who_speaks_the_language_is_rung_and_none_who_is_busy():
    english, german = replace(ANNA, languages=("en",)), replace(BEN, languages=("de", "en"))

    assert of_kind(handed_over(agents=(english, german)), RingAgent) == [RingAgent(agent="a-2")]
    assert of_kind(handed_over(agents=(english,)), RingAgent) == [RingAgent(agent="a-1")]
    assert of_kind(handed_over(agents=(replace(ANNA, busy=True), BEN)), RingAgent) == [RingAgent(agent="a-2")]
    assert handed_over(agents=(replace(ANNA, busy=True),)).last.state.step is Step.CALL_BACK


def test_an_agent_who_came_on_duty_meanwhile_is_rung_and_nobody_twice():
    call = handed_over()
    call.snapshot = snapshot(agents=(replace(ANNA, id="a-9"), ANNA))
    call.request()
    call.request()

    assert [rung.agent for rung in of_kind(call, RingAgent)] == ["a-1", "a-9"]


def test_a_known_wait_is_said_with_the_offer_of_a_call_back_before_the_first_ring():
    call = handed_over(waiting=ExpectedWait(least=2, most=5))
    assert "etwa 2 bis 5 Minuten" in call.words
    assert isinstance(call.last.document[-1], Dial)

    assert call.press("3").state.step is Step.CALL_BACK
    assert "eine Minute" in handed_over(waiting=ExpectedWait(least=1, most=1)).words
    assert "Wartezeit" not in handed_over().words


def test_who_wants_to_wait_is_not_offered_the_call_back_again():
    call = handed_over(waiting=ExpectedWait(least=2, most=5))
    call.press("0")

    assert call.words == "Ich verbinde Sie mit einem Menschen."
    assert isinstance(call.last.document[-1], Dial)


@pytest.mark.parametrize("acceptance", list(Acceptance))
def test_only_our_own_row_tells_whether_somebody_accepted(acceptance: Acceptance):
    call = handed_over()
    call.event = {"acceptance": acceptance}

    after = call.request()

    assert (after.state.step is Step.RING) == (acceptance is Acceptance.OPEN)
    assert (after.state.step is Step.AFTER) == (acceptance is not Acceptance.OPEN)


@pytest.mark.parametrize(
    ("known", "step"),
    [
        ({"agents": ()}, Step.VOICEMAIL),
        ({"mode": Mode.VOICEMAIL}, Step.VOICEMAIL),
        ({"mode": Mode.CALL_BACK}, Step.CALL_BACK),
        ({"overloaded": True}, Step.CALL_BACK),
        ({}, Step.RING),
    ],
)
def test_modes_choose_between_ringing_a_call_back_and_a_message(known: dict[str, Any], step: Step):
    assert handed_over(**known).last.state.step is step


def test_who_wants_no_call_back_can_leave_a_message():
    call = handed_over(mode=Mode.CALL_BACK)

    assert call.press("0").state.step is Step.VOICEMAIL


def test_a_repeated_request_rings_the_same_agent():
    call = handed_over()
    path = call.path
    first = call.request().document

    call.path = path

    assert call.request().document == first
