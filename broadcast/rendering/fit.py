"""Making a text fit: sentences are dropped and long names cut in a fixed order, facts and links never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What there is room for.

    `pleasantry` (an apology), `second` (a second way to reach us), `cause` and `since` (since when, in a
    later notice) are asked by templates: `{% if room.second %}`. `organisation`, `title`, `services` and
    `message` are the most characters those may have; None means as many as they like. A message ends with a
    sentence, and keeps its first one. Without `works`, what still works is left to the longer texts.
    """

    pleasantry: bool = True
    second: bool = True
    cause: bool = True
    since: bool = True
    organisation: int | None = None
    title: int | None = None
    services: int | None = None
    message: int | None = None
    works: bool = True


#: The names of a `Room` that say how long a value may be.
SHORTENED = ("organisation", "title", "services", "message")


@dataclass(frozen=True, slots=True)
class FitStep:
    """One way to make a text shorter: set `field` of the room; `name` tells the user what was lost."""

    name: str
    field: str
    value: int | bool

    def shrink(self, room: Room) -> Room:
        """Return the room with that much less of it."""
        fields = {**asdict(room), self.field: self.value}
        return Room(**fields)


Write: TypeAlias = Callable[[Room], str]
Fits: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text, whether it fits, and what it lost on the way."""

    text: str
    fits: bool
    dropped: tuple[str, ...]


#: Sentences nobody misses, in the order in which they go.
SENTENCES = (
    FitStep("pleasantry", "pleasantry", value=False),
    FitStep("second alternative", "second", value=False),
    FitStep("cause", "cause", value=False),
    FitStep("since", "since", value=False),
)


#: What mail and page say as well goes last, before a text is refused.
WORKS = FitStep("what still works", "works", value=False)


def names(*limits: int) -> tuple[FitStep, ...]:
    """Cut title and services to these lengths, step by step."""
    return tuple(FitStep(field, field, limit) for limit in limits for field in ("title", "services"))


def sender(*limits: int) -> tuple[FitStep, ...]:
    """Cut the organisation's name to these lengths, step by step."""
    return tuple(FitStep("organisation", "organisation", limit) for limit in limits)


def message(*limits: int) -> tuple[FitStep, ...]:
    """Cut the commander's message at a sentence end to these lengths, step by step."""
    return tuple(FitStep("message", "message", limit) for limit in limits)


def fit(write: Write, fits: Fits, steps: Sequence[FitStep]) -> Fitted:
    """Write with all the room there is, then with less, until it fits or nothing is left to drop."""
    room = Room()
    text = write(room)
    dropped: dict[str, None] = {}
    for step in steps:
        if fits(text):
            break
        room = step.shrink(room)
        shorter = write(room)
        if shorter != text:
            dropped[step.name] = None
        text = shorter
    return Fitted(text, fits(text), tuple(dropped))
