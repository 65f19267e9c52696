"""Why a run ended."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"
