"""When a system is taken for down: not for one bad answer, and not up again for one good one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.health import Condition, Patience, Streak

patiences = st.builds(Patience, st.integers(1, 6), st.integers(1, 6))
histories = st.lists(st.sampled_from(Condition), max_size=60)


def states(history: list[Condition], patience: Patience) -> list[Streak]:
    """The streak before the first check, and after each."""
    found = [Streak()]
    for condition in history:
        found.append(found[-1].after(condition, patience))
    return found


@given(histories, patiences)
def test_a_change_takes_as_many_checks_in_a_row_as_were_asked_for_and_not_one_less(history, patience):
    """Told anew, from the whole history: what were the latest telling checks, and how many agreed?"""
    telling = [condition for condition in history if condition is not Condition.UNKNOWN]
    down = False
    agreed = 0
    for condition in telling:
        agreed = agreed + 1 if (condition is Condition.DOWN) is not down else 0
        if agreed == (patience.up_after if down else patience.down_after):
            down, agreed = not down, 0

    assert states(history, patience)[-1].down is down


@given(histories, patiences)
def test_a_check_that_could_not_tell_changes_nothing(history, patience):
    telling = [condition for condition in history if condition is not Condition.UNKNOWN]

    assert states(history, patience)[-1] == states(telling, patience)[-1]


@given(histories, st.integers(2, 6), st.integers(2, 6))
def test_it_never_changes_twice_in_a_row(history, down_after, up_after):
    changes = [a.down is not b.down for a, b in pairwise(states(history, Patience(down_after, up_after)))]

    assert not any(a and b for a, b in pairwise(changes))


@given(st.booleans(), patiences, st.integers(0, 20))
def test_answers_that_come_and_go_change_nothing(down, patience, length):
    """Every other answer is as before, which needs two in a row to overcome."""
    patience = Patience(max(2, patience.down_after), max(2, patience.up_after))
    streak = Streak(down)
    for _ in range(length):
        streak = streak.after(Condition.WORKS if down else Condition.DOWN, patience)
        streak = streak.after(Condition.DOWN if down else Condition.WORKS, patience)

    assert streak == Streak(down)


def test_a_doubtful_answer_is_not_a_bad_one():
    assert not Streak().after(Condition.DOUBTFUL, Patience(1, 1)).down
    assert not Streak(down=True).after(Condition.DOUBTFUL, Patience(1, 1)).down
