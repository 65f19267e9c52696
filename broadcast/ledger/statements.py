"""Statements have names. Their SQL lies in `*.sql` files, where it can be read and reviewed as SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

#: What every engine takes as it stands.
COMMON = Path(__file__).with_name("sql")
_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def read_statements(scripts: Iterable[Path]) -> dict[str, str]:
    """Return the statements in these files, by name: each stands below a line `-- name: NAME`."""
    found: dict[str, str] = {}
    for script in scripts:
        parts = _HEADING.split(script.read_text(encoding="utf-8"))[1:]
        found |= {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
    return found
