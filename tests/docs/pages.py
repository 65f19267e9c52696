"""The pages for users, and a machine to try them on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Every page for users that shows commands; decisions are the past.
PAGES = (
    ROOT / "README.md",
    *sorted(
        path
        for folder in ("tutorials", "how-to", "reference", "explanation")
        for path in (ROOT / "docs" / folder).glob("*.md")
        if "```sh\n" in path.read_text(encoding="utf-8")
    ),
)


def environment(home: Path) -> dict[str, str]:
    """Nothing of this machine's settings but where programs are."""
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return {**kept, "PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT)}
