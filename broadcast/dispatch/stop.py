"""How a run is asked to end."""

from __future__ import annotations

import asyncio


class Stop:
    """A request to end the run: the first lets requests finish, the second cuts them off.

    `wake_up` is set whenever the engine should look for work.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.wake_up = asyncio.Event()

    def ask(self) -> None:
        """Ask once more."""
        self.asked += 1
        self.wake_up.set()
