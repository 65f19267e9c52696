"""The walk-through of docs/tutorials/adding-a-channel.md, carried out: adapter, registry line, test."""

from __future__ import annotations

import ast
import re
import sys
from types import ModuleType

import pytest

from broadcast.channels import registry
from broadcast.model.outcome import Rejected, Scope
from broadcast.testing.adapter_contract import Case
from broadcast.testing.stub import Canned, answering, serving
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs/tutorials/adding-a-channel.md").read_text(encoding="utf-8")
ADAPTER, CONTRACT = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
NAME, MODULE, CLASS = re.findall(r'^"(\w+)": "([\w.]+):(\w+)",$', PAGE, re.MULTILINE)[0]


def imported(code: str) -> set[str]:
    modules = (node.module or "" for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom))
    return {module for module in modules if module.startswith("broadcast")}


def test_an_adapter_needs_one_import_and_its_test_what_is_shipped():
    assert imported(ADAPTER) == {"broadcast.adapters"}
    assert all(module.startswith("broadcast.testing.") for module in imported(CONTRACT))


def test_every_file_that_the_page_names_is_there():
    named = {name for name in re.findall(r"`((?:[a-z_]+/)+[a-z_.]+)`", PAGE) if "pigeon" not in name}
    roots = (ROOT, ROOT / "broadcast/channels")

    assert named
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    module = ModuleType(MODULE)
    exec(compile(ADAPTER, "adding-a-channel.md", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, MODULE, module)
    monkeypatch.setitem(registry._ADAPTERS, NAME, f"{MODULE}:{CLASS}")


contract: dict = {"__name__": __name__}
exec(compile(CONTRACT, "adding-a-channel.md", "exec"), contract)


class TestPigeon(contract["TestPigeon"]):  # type: ignore[valid-type, misc]  # the page's own class
    async def test_the_providers_own_code_comes_first(self, case: Case) -> None:
        refused = Canned(404, b'{"code": "loft_not_found"}')
        async with serving(answering(refused)) as stub:
            outcome = await case.send(stub.url())

        assert outcome == Rejected("no loft has this number", Scope.RECIPIENT, "loft_not_found")
