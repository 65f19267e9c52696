"""A record with more than four fields is built by name, so that two values cannot be exchanged unnoticed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import PACKAGE, python_files, where

MOST_BY_POSITION = 4


def test_a_wide_record_takes_its_fields_by_name():
    wide = {
        f"{where(path, node.lineno)} {node.name}"
        for path in python_files()
        if path.is_relative_to(PACKAGE)
        for node in records(path.read_text(encoding="utf-8"))
        if fields(node) > MOST_BY_POSITION and not by_name(node)
    }

    assert wide == set()


def test_the_rule_sees_decorators_fields_and_class_variables():
    seen = {node.name: (fields(node), by_name(node)) for node in records(SAMPLE)}

    assert seen == {"Narrow": (4, False), "Wide": (5, False), "Named": (5, True), "Mixed": (4, False)}


SAMPLE = """
@dataclass
class Narrow:
    kind: ClassVar[str] = "x"
    a: int
    b: int
    c: int
    d: int

@dataclass(frozen=True)
class Wide:
    a: int
    b: int
    c: int
    d: int
    e: int = 0

@dataclasses.dataclass(kw_only=True)
class Named(Narrow):
    a: int
    b: int
    c: int
    d: int
    e: int

@dataclass
class Mixed(Narrow):
    a: int
    b: int
    c: int
    d: int
    e: int = field(default=0, kw_only=True)

class Plain:
    a: int
"""


def records(source: str) -> Iterator[ast.ClassDef]:
    """Yield every dataclass of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any(decorates(each) for each in node.decorator_list):
            yield node


def decorates(decorator: ast.expr) -> bool:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(named) in {"dataclass", "dataclasses.dataclass"}


def fields(node: ast.ClassDef) -> int:
    """Return the number of fields that can be given by position."""
    return sum(
        isinstance(line, ast.AnnAssign)
        and "ClassVar" not in ast.unparse(line.annotation)
        and not (line.value and "kw_only=True" in ast.unparse(line.value))
        for line in node.body
    )


def by_name(node: ast.ClassDef) -> bool:
    return any(
        keyword.arg == "kw_only" and ast.unparse(keyword.value) == "True"
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )
