"""Which people on duty take a call in a language. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.hotline.snapshot import Agent
from broadcast.localisation.language import language_of


def who_speak(agents: Sequence[Agent], locale: str) -> Sequence[Agent]:
    """Return the agents who speak a language, in their order; all of them if nobody on duty does."""
    language = language_of(locale)
    spoken = [one for one in agents if not one.languages or language in map(language_of, one.languages)]
    return spoken or agents
