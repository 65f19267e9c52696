"""Simulated calls: every kind of phone, and every kind of caller."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest

from broadcast.hotline.effects import RingAgent
from broadcast.hotline.simulation.agent_phones import AgentPhones, PhoneBehaviour
from broadcast.hotline.simulation.call_transcript import CallEnding
from broadcast.hotline.simulation.caller_script import (
    CallScript,
    KeepSilent,
    LeaveCall,
    PressKeys,
    SpeakWords,
)
from broadcast.hotline.simulation.simulated_call import SimulatedCall
from broadcast.hotline.snapshot import Mode
from tests.hotline.telephone_call import ANNA, BEN, HOTLINE, MOBILE, NOW, snapshot


def called(*actions, caller=MOBILE, phones=None, **known):
    told = snapshot(**known)
    call = SimulatedCall(
        id="CA1",
        script=CallScript(caller=caller, actions=actions),
        called=HOTLINE,
        snapshot=lambda _: told,
        phones=phones or AgentPhones(),
        begun=NOW,
    )
    times = deque(call.play())
    assert list(times) == sorted(times)
    return call.transcript


def said(call):
    return [(one.who, one.text) for one in call.lines]


@pytest.mark.parametrize("behaviour", list(PhoneBehaviour))
def test_only_a_person_who_presses_1_gets_the_caller(behaviour):
    phones = AgentPhones(behaviours={ANNA.id: behaviour})

    call = called(PressKeys("0"), phones=phones)

    first = ANNA.id if behaviour is PhoneBehaviour.ACCEPT else BEN.id
    assert (call.ending, call.human, call.swallowed) == (CallEnding.HUMAN, first, False)


def test_a_call_back_is_offered_if_nobody_accepts_and_a_message_taken_if_nobody_is_there():
    phones = AgentPhones(behaviours={ANNA.id: PhoneBehaviour.OFF, BEN.id: PhoneBehaviour.NO_ANSWER})

    agreed = called(PressKeys("0"), PressKeys("1"), phones=phones)
    spoken = called(PressKeys("0"), SpeakWords("Bitte melden Sie sich."), agents=())

    assert agreed.ending is CallEnding.CALL_BACK
    assert spoken.ending is CallEnding.VOICEMAIL
    assert ("", "tone") in said(spoken)


def test_a_caller_may_leave_while_a_phone_rings():
    phones = AgentPhones(behaviours={ANNA.id: PhoneBehaviour.NO_ANSWER})

    call = called(PressKeys("0"), KeepSilent(9), LeaveCall(), phones=phones)

    assert (call.ending, call.human, said(call)[-1]) == (CallEnding.HUNG_UP, "", ("caller", "hangs up"))


def test_a_phone_that_talks_is_busy_for_the_next_caller():
    phones = AgentPhones(talk=timedelta(hours=1))

    first, second = (called(PressKeys("0"), phones=phones) for _ in range(2))

    assert (first.human, second.human) == (ANNA.id, BEN.id)


def test_keys_of_a_number_are_typed_at_once_and_keys_of_menus_one_by_one():
    call = called(PressKeys("2015112345678#"), PressKeys("0"), caller="", agents=())

    assert call.texted
    assert ("caller", "presses 015112345678#") in said(call)


def test_a_silent_caller_reaches_somebody_and_the_call_ends():
    call = called(mode=Mode.VOICEMAIL)

    assert call.ending is CallEnding.GOODBYE
    assert call.steps < 10


def test_the_first_fact_comes_after_the_greeting():
    call = called()

    assert call.fact_after is not None
    assert 0 < call.fact_after < 5


def test_a_mailbox_counts_as_completed_and_connects_nobody():
    phones = AgentPhones(behaviours={ANNA.id: PhoneBehaviour.MAILBOX})

    call = called(PressKeys("0"), phones=phones, agents=(ANNA,))

    assert (call.human, call.ending) == ("", CallEnding.GOODBYE)


def test_who_declines_the_call_back_leaves_a_message_and_rings_nobody_twice():
    phones = AgentPhones(behaviours={ANNA.id: PhoneBehaviour.DECLINE, BEN.id: PhoneBehaviour.MAILBOX})

    call = called(PressKeys("0"), PressKeys("0"), SpeakWords("Bitte melden Sie sich."), phones=phones)

    assert [one.agent for one in call.of_kind(RingAgent)] == [ANNA.id, BEN.id]
    assert call.ending is CallEnding.VOICEMAIL
