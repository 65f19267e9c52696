"""The example of a channel of one's own, as if it were installed: found, held to the contract, and used."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest

from tests.examples.conftest import EXAMPLES, ROOT

ADAPTER = EXAMPLES / "adapter"
CONFIG = """
[broadcast]
organisation = "Muster Handel"
locale = "en"
timezone = "Europe/Berlin"
live = false

[ledger]
url = "sqlite:///broadcast.db"

[channels.hall]
adapter = "logfile"
path = "hall.log"

[audiences.customers]
lanes = [["hall"]]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What pip would leave behind, on the path."""
    project = tomllib.loads((ADAPTER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    place = tmp_path_factory.mktemp("site-packages")
    info = place / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = project["entry-points"]["broadcast.adapters"]
    lines = [f"{name} = {where}" for name, where in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[broadcast.adapters]", *lines, ""]))
    return f"{place}:{ADAPTER}:{ROOT}"


def test_it_passes_its_own_contract(shell, installed):
    tested = shell(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", ADAPTER / "pyproject.toml"),
        ADAPTER / "tests",
        PYTHONPATH=installed,
    )

    assert tested.returncode == 0, tested.stdout
    assert re.search(r"1\d passed", tested.stdout)


def test_a_notice_goes_out_over_it(shell, folder, installed):
    (folder / "broadcast.toml").write_text(CONFIG)
    told = shell("broadcast", "notify", "Lift out of order", "--yes", PYTHONPATH=installed)

    assert told.returncode == 0, told.stderr
    [line] = (folder / "hall.log").read_text(encoding="utf-8").splitlines()
    assert "Lift out of order" in line


def test_without_the_package_the_configuration_says_what_is_unknown(shell, folder):
    (folder / "broadcast.toml").write_text(CONFIG)
    told = shell("broadcast", "notify", "Lift out of order", "--yes")

    assert told.returncode == 6
    assert "unknown adapter 'logfile'" in told.stderr
