"""No two modules import each other, not even in a function: each can be read and loaded alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, python_files


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(text: str) -> Iterator[str]:
    """Yield every module that the text may import; `from a import b` may mean the module `a` or `a.b`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def graph(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Return each module with the modules that it imports."""

    def module(name: str) -> str:
        return name if name in texts else name.rpartition(".")[0]

    return {
        name: {module(one) for one in imported(text)} & texts.keys() - {name} for name, text in texts.items()
    }


def circle(texts: Mapping[str, str]) -> list[str]:
    """Return the modules of one circle, or nothing."""
    try:
        TopologicalSorter(graph(texts)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle():
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]

    assert circle({name_of(path): path.read_text(encoding="utf-8") for path in ours}) == []


@pytest.mark.parametrize("back", ["from a.one import thing", "def late():\n    import a.one", "import a.one"])
def test_a_circle_is_noticed(back):
    assert circle({"a.one": "from a import two", "a.two": back}) == ["a.one", "a.two", "a.one"]
