"""`broadcast.adapters` has exactly the names in its docstring, and an adapter needs no others."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys

import pytest

from broadcast import adapters
from broadcast.channels.base import Adapter
from tests.architecture.test_startup import HEAVY, OF_ADAPTERS
from tests.architecture.tree import PACKAGE, ROOT

TYPING = ROOT / "tests/typing/public_adapter.py"
AUTHORS = [ROOT / "examples/adapter/broadcast_logfile.py", TYPING]


def test_the_docstring_names_exactly_what_there_is():
    summary, _, _ = (adapters.__doc__ or "").partition("\nExample:")

    assert set(re.findall(r"`(\w+)`", summary)) == set(adapters.__all__)
    assert [name for name in adapters.__all__ if not hasattr(adapters, name)] == []


def test_no_other_name_is_offered():
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse((PACKAGE / "adapters.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert imported == set(adapters.__all__) == imports(TYPING)["broadcast.adapters"]


@pytest.mark.parametrize("path", AUTHORS, ids=lambda path: path.name)
def test_an_author_needs_one_import(path):
    assert [module for module in imports(path) if module.startswith("broadcast")] == ["broadcast.adapters"]


def test_the_example_in_the_docstring_is_an_adapter():
    _, _, example = (adapters.__doc__ or "").partition("\nExample:\n")
    names: dict = {}
    exec(compile(inspect.cleandoc(example), "broadcast.adapters", "exec"), names)

    missing = [
        name for name in dir(Adapter) if not name.startswith("_") and not hasattr(names["Pigeon"], name)
    ]
    assert missing == []


def test_it_loads_no_sdk_and_no_server():
    code = "import sys, broadcast.adapters\nprint(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert ({*HEAVY, "rich", "sqlite3", "typer"} - set(OF_ADAPTERS)) & set(loaded.split()) == set()


def imports(path):
    """Return the names that a file imports, by module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.module: {alias.name for alias in node.names}
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }
