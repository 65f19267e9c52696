"""Local times are only shown: Python computes wrongly with them in the night when clocks change."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import PACKAGE, python_files, where

#: The times in the organisation's zone that a notice is made from.
MOMENTS = "as_of reported started detected ended next_update corrects begins"
WINDOWS = "window_starts window_ends former_starts former_ends"
LOCAL = frozenset(f"{MOMENTS} {WINDOWS}".split())
#: Its times are in UTC from the moment it reads them.
PAGE = PACKAGE / "channels" / "page" / "site"


def is_local(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "astimezone":
        return not (node.args and ast.unparse(node.args[0]) == "UTC")
    return isinstance(node, ast.Attribute) and node.attr in LOCAL


def operands(node: ast.AST) -> Iterator[ast.expr]:
    """Yield every operand of an addition, a subtraction or a comparison."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from (node.left, node.right)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        yield from (node.left, *node.comparators)


def sums(source: str) -> Iterator[int]:
    """Yield the lines that compute with a local time."""
    for node in ast.walk(ast.parse(source)):
        yield from (each.lineno for each in operands(node) if is_local(each))


def test_nothing_is_computed_with_local_times():
    ours = [path for path in python_files() if PACKAGE in path.parents and PAGE not in path.parents]
    found = [where(path, line) for path in ours for line in sums(path.read_text(encoding="utf-8"))]

    assert found == []


def test_a_planted_computation_is_found():
    source = "a = facts.ended - facts.started\nb = now.astimezone(zone) + span\nc = a.astimezone(UTC) - b\n"

    assert list(sums(source)) == [1, 1, 2]
