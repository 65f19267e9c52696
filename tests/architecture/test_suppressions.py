from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import python_files, where

SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|ruff:\s*(?:noqa|disable)|mypy:)", re.IGNORECASE)
REASON = r"[\s:#(-]+[^\W\d_].{5,}"
REASONED = re.compile(
    rf"# (?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*(?![A-Z\d,]){REASON}|type: ignore\[[a-z, -]+\]{REASON})$"
)


def is_reasoned(comment: str) -> bool:
    return REASONED.search(comment) is not None


def suppressions(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT and SUPPRESSION.match(token.string):
                yield token.start[0], token.string


def test_every_exception_to_a_rule_names_the_rule_and_the_reason():
    unreasoned = [
        f"{where(path, line)} {comment}"
        for path in python_files()
        for line, comment in suppressions(path)
        if not is_reasoned(comment)
    ]

    assert unreasoned == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa: S311 - jitter is no secret", True),
        ("# noqa: S311, S603 (jitter is no secret)", True),
        ("# type: ignore[arg-type]  # the stub says str, the SDK takes both", True),
        ("# noqa", False),
        ("# noqa: S311", False),
        ("# noqa: S311, S603", False),
        ("# noqa - it is fine here", False),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore  # it is fine here", False),
    ],
)
def test_a_reason_is_more_than_a_code(comment, expected):
    assert is_reasoned(comment) is expected
