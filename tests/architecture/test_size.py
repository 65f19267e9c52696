from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from tests.architecture.tree import PACKAGE, python_files, where


def p95(sizes: list[int]) -> float:
    return quantiles(sizes, n=20, method="inclusive")[-1]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(paths: list[Path]) -> Iterator[tuple[str, int]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{where(path, node.lineno)} {node.name}", body_lines(node)


def shipped() -> list[Path]:
    return [path for path in python_files() if path.is_relative_to(PACKAGE)]


def test_a_file_can_be_read_in_one_sitting():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    ours = [sizes[path] for path in shipped()]

    assert {where(path, size) for path, size in sizes.items() if size > 500} == set()
    assert p95(ours) <= 400


def test_a_function_fits_on_a_screen():
    sizes = dict(functions(shipped()))

    assert {name: size for name, size in sizes.items() if size > 60} == {}
    assert p95(list(sizes.values())) <= 30
