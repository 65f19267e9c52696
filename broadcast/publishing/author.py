"""Who runs this program: named in the environment, else as the machine knows them."""

from __future__ import annotations

import getpass
import os

from broadcast.rendering.clean import one_line


def author() -> str:
    """Return the author's name on one line; `unknown` where nobody can say."""
    named = os.environ.get("BROADCAST_AUTHOR") or os.environ.get("GITHUB_ACTOR")
    try:
        return one_line(named or getpass.getuser())
    except (KeyError, OSError):
        return "unknown"
