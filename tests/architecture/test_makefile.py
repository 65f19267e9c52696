from __future__ import annotations

import re
import subprocess

from tests.architecture.tree import ROOT


def test_make_alone_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[0].split()

    listing = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert [line.split()[0] for line in listing.splitlines()] == targets
