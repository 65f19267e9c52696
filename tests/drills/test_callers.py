"""Callers in exercises: who calls, what becomes of them, and how it is graded."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from broadcast.drills.calls import ExerciseCalls
from broadcast.drills.crowd import CallerKind, StepAgents, StepCallers, read_agents, read_callers
from broadcast.drills.exercise import read_exercise
from broadcast.drills.grade_calls import figures, grade_calls
from broadcast.errors import ConfigError
from broadcast.hotline.simulation.agent_phones import PhoneBehaviour
from broadcast.hotline.snapshot import Mode
from tests.hotline.telephone_call import NOW, snapshot

MIX = {CallerKind.STATUS: 0.5, CallerKind.PERSON: 0.3, CallerKind.ANGRY: 0.1, CallerKind.SILENT: 0.1}
LANGUAGES = {"de": 0.8, "en": 0.2}
CALLERS = StepCallers(count=40, within=timedelta(minutes=10), mix=MIX, language=LANGUAGES)
ACCEPT, MAILBOX, OFF = PhoneBehaviour.ACCEPT, PhoneBehaviour.MAILBOX, PhoneBehaviour.OFF


def called(callers=CALLERS, agents=None, longest_wait=300.0, **known):
    told = snapshot(**known)
    calls = ExerciseCalls(read=lambda _: told, called="+4930231250", longest_wait=longest_wait, seed="s0")
    calls.join(callers, StepAgents(agents or {ACCEPT: 3, MAILBOX: 1, OFF: 2}), NOW)
    calls.until(NOW + timedelta(minutes=4))
    calls.finish()
    return calls


def criteria(calls):
    return {one.name: (one.measured, one.met) for one in grade_calls(calls)}


def test_everybody_calls_once_in_the_shares_that_were_asked_for():
    calls = called().load.calls

    assert Counter(one.kind for one in calls) == {"status": 20, "person": 12, "angry": 4, "silent": 4}
    assert Counter(one.call.script.language for one in calls) == {"de": 32, "en": 8}
    begun = [one.call.begun for one in calls]
    assert begun == sorted(begun)
    assert begun[0] >= NOW
    assert begun[-1] <= NOW + timedelta(minutes=10)
    assert len({one.call.script.caller for one in calls}) == 40


def test_the_same_exercise_has_the_same_calls():
    assert figures(called().load.calls) == figures(called().load.calls)


def test_who_wants_a_person_gets_one_or_a_call_back_that_is_made():
    calls = called()

    assert all(met for _, met in criteria(calls).values())
    found = figures(calls.load.calls)
    assert found.endings["human"] > 0
    assert found.call_backs == found.call_backs_made > 0
    assert found.first_fact_max_s is not None
    assert found.first_fact_max_s <= 5


def test_call_backs_that_nobody_makes_are_promises_that_are_not_kept():
    calls = called(agents={OFF: 2})

    measured = criteria(calls)
    assert measured["call-backs made in time"] == ("0 of 16", False)
    assert measured["calls that a mailbox swallowed"] == ("0", True)


def test_call_backs_that_come_too_late_are_not_in_time():
    late = replace(CALLERS, call_back_within=timedelta(seconds=1))

    assert criteria(called(late, agents={ACCEPT: 1}))["call-backs made in time"][1] is False


def test_call_backs_are_offered_at_once_while_callers_would_wait_too_long():
    patient, hurried = (
        figures(called(agents={ACCEPT: 1}, longest_wait=one).load.calls) for one in (9e9, 60.0)
    )

    assert hurried.call_backs >= patient.call_backs > 0
    assert hurried.steps < patient.steps


def test_without_anybody_to_ring_messages_are_taken():
    assert "callback" not in figures(called(mode=Mode.VOICEMAIL).load.calls).endings


def test_no_agent_talks_to_two_people_at_once():
    calls = called(agents={ACCEPT: 2})
    talk = timedelta(minutes=3)
    spans: dict[str, list] = {}
    for one in calls.load.calls:
        if one.transcript.human_after is not None:
            spans.setdefault(one.transcript.human, []).append(
                one.call.begun + timedelta(seconds=one.transcript.human_after)
            )
    for begun in spans.values():
        ordered = sorted(begun)
        assert all(later - earlier >= talk for earlier, later in pairwise(ordered))


@pytest.mark.parametrize(
    ("field", "problem", "hint"),
    [
        ("callers = 200", "callers: is not a table", "count = 200"),
        ("callers = { count = 2 }", "callers: within is missing", "within"),
        ('callers = { count = 0, within = "1m", mix = { status = 1 } }', "count is not a number", "count ="),
        ('callers = { count = 2, within = "1", mix = { status = 1 } }', "within: ", "30s"),
        ('callers = { count = 2, within = "1m", mix = { status = 0.5 } }', "do not make 1", "mix ="),
        ('callers = { count = 2, within = "1m", mix = { stattus = 1 } }', "stattus is not known", "status?"),
        ("agents = { acept = 2 }", "acept is not known here", "accept?"),
        ("agents = { accept = 1.5 }", "accept is not a number", "accept ="),
    ],
)
def test_a_wrong_crowd_is_refused_with_its_line_and_step(tmp_path, field, problem, hint):
    (tmp_path / "broadcast.toml").write_text("")
    file = tmp_path / "storm.toml"
    file.write_text(f'[[step]]\nsay = "..."\n{field}\n')

    with pytest.raises(ConfigError) as refused:
        read_exercise(file)

    assert f"{file}:3: step 1: " in str(refused.value)
    assert problem in str(refused.value)
    assert hint in str(refused.value.hint)


def test_what_is_left_out_has_a_default():
    callers = read_callers({"count": 5, "within": "1m", "mix": {"status": 1}})

    assert (callers.language, callers.call_back_within) == ({"de": 1.0}, timedelta(hours=1))
    assert read_agents({"accept": 2}).talk == timedelta(minutes=3)
