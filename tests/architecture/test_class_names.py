"""A class name is defined once: in a traceback it says which thing is meant, without its module.

An adapter and the sandbox's half of the same provider are the exception: both are named for the provider.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import PACKAGE, python_files

ADAPTERS, WIRES = PACKAGE / "channels", PACKAGE / "sandbox" / "wire"


def test_no_class_name_is_defined_twice():
    shared = {name: paths for name, paths in places().items() if len(paths) > 1 and not is_a_pair(paths)}

    assert shared == {}


def test_an_adapter_and_its_wire_are_a_pair_and_nothing_else_is():
    slack, wire = ADAPTERS / "chat" / "slack.py", WIRES / "slack.py"

    assert is_a_pair([slack, wire])
    assert not is_a_pair([slack, slack])
    assert not is_a_pair([wire, PACKAGE / "sandbox" / "server.py"])
    assert not is_a_pair([slack, wire, PACKAGE / "model" / "channel.py"])


def places() -> dict[str, list[Path]]:
    """Return every class of the package with its files; a leading underscore makes no difference."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in python_files():
        if path.is_relative_to(PACKAGE) and not path.is_relative_to(PACKAGE / "testing"):
            for name in classes(path):
                found[name.lstrip("_")].append(path)
    return found


def classes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            yield node.name


def is_a_pair(paths: list[Path]) -> bool:
    """Return whether these are one file of an adapter and one of a wire format."""
    return (
        len(paths) == 2
        and {True, False} == {path.is_relative_to(WIRES) for path in paths}
        and any(path.is_relative_to(ADAPTERS) for path in paths)
    )
