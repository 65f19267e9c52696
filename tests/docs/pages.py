"""The pages for users, and a machine to try them on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *(
        ROOT / "docs" / f"{name}.md"
        for name in (
            "tutorials/getting-started",
            "how-to/runbooks-and-ci",
            "how-to/recovery",
            "how-to/templates",
            "how-to/maintenance",
            "reference/configuration",
        )
    ),
)


def environment(home: Path) -> dict[str, str]:
    """Nothing of this machine's settings but where programs are."""
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return {**kept, "PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT)}
