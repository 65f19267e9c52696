"""Names for what a channel published before its name was given to another target."""

from __future__ import annotations

import re
from collections.abc import Container

_FORMER = re.compile(r"(?P<name>.+) \(\S+ [0-9a-f]{8}\)", re.DOTALL)


def former_name(channel: str, target: str) -> str:
    """Return the name for a channel's posts at a former target: `ops (slack 1f3c9a2b)`."""
    return f"{channel} ({target})"


def present_name(former: str, configured: Container[str]) -> str | None:
    """Return the configured channel that published to this former target; None for any other name."""
    found = _FORMER.fullmatch(former)
    name = found["name"] if found else None
    return name if name in configured and former not in configured else None


def why_gone(name: str, configured: Container[str]) -> str:
    """Return why a name that is not configured cannot be used: `ops leads somewhere else now`."""
    present = present_name(name, configured)
    reason = "leads somewhere else now" if present else "is not in the configuration any more"
    return f"{present or name} {reason}"
