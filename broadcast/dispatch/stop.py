"""How a run is asked to end."""

from __future__ import annotations

import asyncio


class Stop:
    """A request to end the run: the first lets requests finish, the second cuts them off.

    `bell` rings for whatever the engine should wake up for.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.bell = asyncio.Event()

    def ask(self) -> None:
        """Ask once more."""
        self.asked += 1
        self.bell.set()
