"""Commands whose clock shows another time: libfaketime, Debian's package `faketime`."""

from __future__ import annotations

from pathlib import Path

#: The library, or None where it is not installed.
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def shifted(by: str) -> dict[str, str]:
    """Environment variables under which the time of day is `by` (`-180s`, `+3h`) away from the true one.

    The monotonic clock and the times of files stay as they are: only the time of day was set wrong.
    """
    if not by or FAKETIME is None:
        return {}
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": by,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
