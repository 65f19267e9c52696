"""What goes wrong when something may have left the machine already."""

from __future__ import annotations

from broadcast.errors import BroadcastError


class Midway(Exception):
    """One of our errors, raised when requests had been made already: `error` is what went wrong."""

    def __init__(self, error: BroadcastError) -> None:
        super().__init__(str(error))
        self.error = error
