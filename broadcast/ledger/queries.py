"""The ledger's SQL lives in `*.sql` beside this file, where it can be read and reviewed as SQL."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def _queries() -> dict[str, str]:
    found: dict[str, str] = {}
    for script in sorted(Path(__file__).parent.glob("*.sql")):
        parts = _HEADING.split(script.read_text(encoding="utf-8"))[1:]
        found |= {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
    return found


def query(name: str) -> str:
    """The statement with that name."""
    return _queries()[name]
