"""Find the name of the person who runs the program: from the environment, or else from the machine."""

from __future__ import annotations

import getpass
import os

from broadcast.rendering.clean import one_line


def author() -> str:
    """Return the author's name on one line; `unknown` if neither the environment nor the machine has one."""
    named = os.environ.get("BROADCAST_AUTHOR") or os.environ.get("GITHUB_ACTOR")
    try:
        return one_line(named or getpass.getuser())
    except (KeyError, OSError):
        return "unknown"
