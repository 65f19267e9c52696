"""An address that cannot be used, and why."""

from __future__ import annotations


class Unusable(ValueError):
    """What a cell holds cannot be used; the message goes on from the column's name ("phone is too short").

    It never repeats the value: these lines end up in logs.
    """

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint
