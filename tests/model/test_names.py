"""Names of people in one line."""

from __future__ import annotations

import pytest

from broadcast.model.names import listed


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ([], ""),
        (["Ben"], "Ben"),
        (["Ben", "Anna Berg"], "Ben, Anna Berg"),
        (["Ben", "Müller-Lüdenscheidt, Jörg"], "Ben; Müller-Lüdenscheidt, Jörg"),
    ],
)
def test_a_comma_within_a_name_is_no_end_of_it(names, line):
    assert listed(names) == line
