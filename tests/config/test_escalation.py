"""`[escalation.NAME]`: what is refused, and what is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcast.model.escalation import EscalationStep

HEAD = """\
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
[channels.sms]
adapter = "smtp"
[channels.call]
adapter = "smtp"
[audiences.supervisors]
lanes = [["sms"]]
[escalation.duty]
"""


def steps(*changes: str) -> str:
    """One step that is right, and then one for each change of it."""
    right = 'to = ["audience:supervisors"], channels = ["sms", "call"], wait = "5m"'
    changed = ", ".join(f"{{ {change} }}" for change in changes)
    return f"steps = [{{ {right} }}, {changed}]"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("steps = []", "has no step"),
        ('steps = ["sms"]', "is not a list of tables"),
        (
            steps('channels = ["sms"], wait = "5m"'),
            "step 2: to is missing",
        ),
        (steps('to = [], channels = ["sms"], wait = "5m"'), "step 2: to is missing"),
        (
            steps('to = ["audience:supervisor"], channels = ["sms"], wait = "5m"'),
            "did you mean audience:supervisors?",
        ),
        (
            steps('to = ["oncall:support"], channels = ["sms"], wait = "5m"'),
            '"oncall:support" is neither a rota nor an audience',
        ),
        (
            steps('to = ["audience:supervisors"], channels = ["smss"], wait = "5m"'),
            "did you mean sms?",
        ),
        (
            steps('to = ["audience:supervisors"], channels = ["sms", "sms"], wait = "5m"'),
            '"sms" is twice in its channels',
        ),
        (
            steps('to = ["audience:supervisors"], channels = ["sms"], wait = "0s"'),
            "step 2: wait: ",
        ),
        (
            steps('to = ["audience:supervisors"], channels = ["sms"], wait = "5m", needs = 0'),
            "step 2: needs: 0 is not a whole number above 0",
        ),
        (
            steps('to = ["audience:supervisors"], channels = ["sms"], wait = "5m", need = 2'),
            "did you mean needs?",
        ),
        (f"{steps()}\nrepeat = 0".replace(", ]", "]"), "is not a whole number above 0"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_step(refusal, line, fault):
    error = refusal(HEAD + line)

    assert "broadcast.toml:1" in str(error)
    assert fault in f"{error} {error.hint}"


def test_a_policy_without_steps_is_refused(refusal):
    error = refusal(f"{HEAD}repeat = 2")

    assert "steps is missing" in str(error)


def test_steps_are_read_in_their_order(read):
    policy = read(
        HEAD
        + 'repeat = 2\nsteps = [{ to = ["audience:supervisors"], channels = ["sms", "call"], wait = "5m" },'
        + ' { to = ["audience:supervisors"], channels = ["call"], wait = "90s", needs = 2 }]\n'
    ).escalation["duty"]

    everybody = ("audience:supervisors",)
    assert policy.steps == (
        EscalationStep(to=everybody, channels=("sms", "call"), wait=timedelta(minutes=5)),
        EscalationStep(to=everybody, channels=("call",), wait=timedelta(seconds=90), needs=2),
    )
    assert policy.steps[0].turn == timedelta(seconds=150)
    assert (policy.lasts, policy.expires) == (timedelta(minutes=13), timedelta(hours=1))
