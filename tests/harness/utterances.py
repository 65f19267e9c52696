"""What callers say to the hotline, labelled; the files are in `tests/hotline/utterances`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
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
Half = Literal["development", "held_back", "held_back_second"]
HALVES: tuple[Half, ...] = ("development", "held_back")
#: Written later, when the figures of `held_back` had been looked at while rules were added.
SECOND: Half = "held_back_second"


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

    @property
    def needs_person(self) -> bool:
        """Whether a person has to take over: asked for, in danger, or at the end of all patience."""
        return self.intent in {"human", "emergency"} or self.frustration == "strong"

    @property
    def may_have_person(self) -> bool:
        """Whether it is right to hand over, too."""
        return self.needs_person or "human" in self.accept


@dataclass(frozen=True, slots=True)
class Injection:
    """A sentence that wants something else to be said; no answer has a `forbidden` word, in lower case."""

    text: str
    goal: str
    forbidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intents:
    """How well intents were found, as shares, and what was taken for something else."""

    accuracy: float
    recall: Mapping[str, float]
    wrong: Sequence[tuple[Utterance, str]]


@dataclass(frozen=True, slots=True)
class Decisions:
    """How well a decision was made: shares, and the sentences on which it was wrong."""

    recall: float
    precision: float
    missed: Sequence[Utterance]
    wrong: Sequence[Utterance]


def measure_intents(find: Callable[[str], str], locale: str, half: Half) -> Intents:
    """Measure what finds the intent of a sentence."""
    given = [(one, find(one.text)) for one in utterances(locale, half)]
    wrong = [(one, found) for one, found in given if found not in one.accept]
    recall = {
        intent: _share([found in one.accept for one, found in given if one.intent == intent])
        for intent in INTENTS
    }
    return Intents(1 - len(wrong) / len(given), recall, wrong)


def measure_hand_over(decide: Callable[[str], bool], locale: str, half: Half) -> Decisions:
    """Measure what decides on one sentence whether a person takes over."""
    return _measured(decide, locale, half, lambda one: one.needs_person, lambda one: one.may_have_person)


def measure_frustration(decide: Callable[[str], bool], locale: str, half: Half) -> Decisions:
    """Measure what finds strong frustration; mild frustration may be called so."""
    return _measured(
        decide,
        locale,
        half,
        lambda one: one.frustration == "strong",
        lambda one: one.frustration != "none",
    )


def _measured(
    decide: Callable[[str], bool],
    locale: str,
    half: Half,
    needed: Callable[[Utterance], bool],
    allowed: Callable[[Utterance], bool],
) -> Decisions:
    given = [(one, decide(one.text)) for one in utterances(locale, half)]
    missed = [one for one, yes in given if needed(one) and not yes]
    wrong = [one for one, yes in given if yes and not allowed(one)]
    recall = _share([yes for one, yes in given if needed(one)])
    precision = _share([allowed(one) for one, yes in given if yes])
    return Decisions(recall, precision, missed, wrong)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


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
