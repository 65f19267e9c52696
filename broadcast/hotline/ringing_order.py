"""In which order agents are rung. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.hotline.languages import who_speak
from broadcast.hotline.snapshot import Agent


def ringing_order(agents: Sequence[Agent], locale: str) -> list[Agent]:
    """Return the free agents who take a call in a language, the first to be rung first.

    Their order is that of the rota. Only those who have just missed a call come last, so that the next caller
    does not wait once more for a phone that nobody answers.
    """
    free = (one for one in who_speak(agents, locale) if not one.busy)
    return sorted(free, key=lambda one: one.missed)
