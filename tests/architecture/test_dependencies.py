from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, project, python_files

IMPORTED_AS = {
    "jinja2": "jinja2",
    "phonenumberslite": "phonenumbers",
    "python-dotenv": "dotenv",
}


def dependencies() -> list[str]:
    return re.findall(r"^[\w-]+", "\n".join(project()["project"]["dependencies"]), re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    content = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", content, re.MULTILINE))


def modules_imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@cache
def imported() -> set[str]:
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]
    return {module.partition(".")[0] for path in ours for module in modules_imported_by(path)}


@pytest.mark.parametrize("dependency", dependencies())
def test_a_dependency_is_used(dependency):
    assert IMPORTED_AS.get(dependency, dependency) in imported()


@pytest.mark.parametrize("dependency", dependencies())
def test_a_dependency_has_its_reason_written_down(dependency):
    decision = (ROOT / "docs/decisions/0001-dependencies.md").read_text(encoding="utf-8")

    assert f"| {dependency} |" in decision


def test_tests_run_against_the_versions_that_users_get():
    users, tests = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {name: tests.get(name) for name in users} == users


@pytest.mark.parametrize("dependency", dependencies())
def test_a_dependency_is_locked(dependency):
    assert dependency in pins("requirements.lock")
