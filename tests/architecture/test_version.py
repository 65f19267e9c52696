from __future__ import annotations

import re

import broadcast
from tests.architecture.tree import ROOT, project


def test_a_release_has_one_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)[0]

    assert broadcast.__version__ == project()["project"]["version"] == newest
