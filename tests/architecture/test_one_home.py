"""A task that many parts of the code have is done in one place, and so in one way."""

from __future__ import annotations

from tests.architecture.test_dependencies import modules_imported_by
from tests.architecture.tree import PACKAGE, python_files


def test_words_are_compared_in_one_place():
    comparing = {
        path.relative_to(PACKAGE).as_posix()
        for path in python_files()
        if path.is_relative_to(PACKAGE) and "difflib" in modules_imported_by(path)
    }

    assert comparing == {"model/nearest.py"}
