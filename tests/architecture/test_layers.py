from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT


def test_every_folder_imports_only_what_lies_below_it():
    lint = Path(sys.executable).with_name("lint-imports")

    outcome = subprocess.run([lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
