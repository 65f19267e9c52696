"""Every text is written down; whoever changes one sees the difference, and reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rendering.golden_texts import FOLDER, files

PATHS = sorted(FOLDER.rglob("*.txt"))


@pytest.fixture(scope="module")
def texts() -> dict[Path, str]:
    return files()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_the_texts_are_those_that_were_read(path, texts):
    """After a change that you mean: `make golden`, then read `git diff`."""
    assert path.read_text(encoding="utf-8") == texts.get(path)


def test_no_file_is_missing_and_none_is_left_over(texts):
    assert set(texts) == set(PATHS)
