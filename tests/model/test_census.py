"""What comes up twice is found, without keeping what does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.duplicate_filter import Census


@given(st.lists(st.text(max_size=3), max_size=60))
def test_a_mark_that_came_up_twice_is_never_missed(marks):
    census = Census()
    for mark in marks:
        census.count(mark)

    assert all(census.repeats(mark) for mark in marks if marks.count(mark) > 1)
    assert census.unique == (len(set(marks)) == len(marks))


def test_hardly_any_of_many_marks_is_taken_for_another():
    census = Census()
    for number in range(200_000):
        census.count(f"+4915{number:09}")

    assert sum(census.repeats(f"+4915{number:09}") for number in range(200_000)) < 200
