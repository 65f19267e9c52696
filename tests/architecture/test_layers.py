from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import PACKAGE, ROOT, project

CHANNELS = "broadcast.channels"
SHARED = {"vendors"}  # accounts and clients that several families use
LISTS = ("modules", "forbidden_modules")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def families() -> set[str]:
    """Return the packages of channels, one for each family."""
    folders = {path.parent.name for path in (PACKAGE / "channels").glob("*/__init__.py")}
    return {f"{CHANNELS}.{name}" for name in folders - SHARED}


def named(contract: Mapping[str, Any]) -> set[str]:
    return {name for key in LISTS for name in contract.get(key, ()) if name.startswith(f"{CHANNELS}.")}


def contracts_about_families() -> list[Mapping[str, Any]]:
    """Return the contracts that list a family; there are at least two."""
    contracts = [one for one in project()["tool"]["importlinter"]["contracts"] if named(one) & families()]
    assert len(contracts) >= 2
    return contracts


def test_every_folder_imports_only_what_lies_below_it():
    outcome = lint(ROOT)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_contract_that_names_a_family_of_channels_names_them_all():
    for contract in contracts_about_families():
        assert families() - named(contract) == set(), contract["name"]


@pytest.mark.parametrize("family", ["voice", "sms"])
def test_a_family_that_is_missing_from_a_contract_is_noticed(family):
    module = f"{CHANNELS}.{family}"
    for contract in contracts_about_families():
        lists = {key: [one for one in contract[key] if one != module] for key in LISTS if key in contract}

        assert families() - named({**contract, **lists}) == {module}


def test_an_import_of_any_family_from_above_or_beside_breaks_a_contract(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "broadcast", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    names = sorted(families())
    above = "".join(f"import {name}\n" for name in names)
    (tmp_path / "broadcast" / "dispatch" / "planted.py").write_text(above, encoding="utf-8")
    for name, beside in zip(names, names[1:] + names[:1], strict=True):
        (tmp_path / name.replace(".", "/") / "planted.py").write_text(f"import {beside}\n", encoding="utf-8")

    outcome = lint(tmp_path)

    for name, beside in zip(names, names[1:] + names[:1], strict=True):
        assert f"broadcast.dispatch.planted -> {name} (l." in outcome.stdout, outcome.stdout
        assert f"{name}.planted -> {beside} (l." in outcome.stdout, outcome.stdout
