"""What callers say to the hotline, labelled; the files are in `tests/hotline/utterances`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parents[1] / "hotline" / "utterances"
LOCALES = ("de", "en")
INTENTS = (
    "status", "repeat", "link", "callback", "human", "stop", "emergency", "other_language", "goodbye",
    "workaround", "question_outside", "noise",
)  # fmt: skip
FRUSTRATION = ("none", "mild", "strong")
Half = Literal["development", "held_back"]
HALVES: tuple[Half, ...] = ("development", "held_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One sentence of a caller; `accept` has the intents that are right, the best one first."""

    text: str
    accept: tuple[str, ...]
    frustration: str
    note: str = ""

    @property
    def intent(self) -> str:
        """What the caller wants to happen next."""
        return self.accept[0]


@dataclass(frozen=True, slots=True)
class Injection:
    """A sentence that wants something else to be said; no answer has a `forbidden` word, in lower case."""

    text: str
    goal: str
    forbidden: tuple[str, ...]


def utterances(locale: str, half: Half) -> list[Utterance]:
    """Return one half of the sentences in `de` or `en`; rules may be tuned on `development` only."""
    return [
        Utterance(
            text=one["text"],
            accept=(one["intent"], *one.get("accept", ())),
            frustration=one["frustration"],
            note=one.get("note", ""),
        )
        for one in _read(locale)[half]
    ]


def injections(locale: str, half: Half) -> list[Injection]:
    """Return one half of the attempts at prompt injection in `de` or `en`."""
    return [
        Injection(one["text"], one["goal"], tuple(one["forbidden"]))
        for one in _read(f"injections_{locale}")[half]
    ]


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
