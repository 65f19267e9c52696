"""What comes up twice is found, without keeping what does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.duplicate_filter import DuplicateFilter


@given(st.lists(st.text(max_size=3), max_size=60))
def test_a_mark_that_came_up_twice_is_never_missed(marks):
    duplicates = DuplicateFilter()
    for mark in marks:
        duplicates.count(mark)

    assert all(duplicates.repeats(mark) for mark in marks if marks.count(mark) > 1)
    assert duplicates.unique == (len(set(marks)) == len(marks))


def test_hardly_any_of_many_marks_is_taken_for_another():
    duplicates = DuplicateFilter()
    for number in range(200_000):
        duplicates.count(f"+4915{number:09}")

    assert sum(duplicates.repeats(f"+4915{number:09}") for number in range(200_000)) < 200
