"""An address that cannot be used, and why."""

from __future__ import annotations


class Unusable(ValueError):
    """The content of a cell cannot be used; the message continues the column's name ("phone is too short").

    It never repeats the value: these lines get into logs.
    """

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint
