"""Every text is written down; whoever changes one sees the difference, and reads it."""

from __future__ import annotations

import pytest

from tests.rendering.golden_texts import FOLDER, files

FILES = files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_the_texts_are_those_that_were_read(path):
    """After a change that you mean: `make golden`, then read `git diff`."""
    assert path.read_text(encoding="utf-8") == FILES[path]


def test_no_other_file_is_left_over():
    assert set(FOLDER.rglob("*.txt")) == set(FILES)
