"""Why a run ended; `status` reads it without the engine."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"
