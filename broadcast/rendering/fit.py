"""Make a text fit: drop sentences and cut long names in a fixed order, but never facts or links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The room that a template has for optional sentences and long values.

    `pleasantry` (an apology), `second` (a second contact point), `cause` and `since` (since when, in a later
    notice) are for templates: `{% if room.second %}`. `organisation`, `title`, `services` and `message` are
    the most characters of those values; None is no limit. A message is cut after a sentence, and keeps its
    first one. Without `works`, only longer texts say what still works.
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


#: The fields of a `Room` that limit the length of a value.
SHORTENED = ("organisation", "title", "services", "message")


@dataclass(frozen=True, slots=True)
class FitStep:
    """One way to make a text shorter: set `field` of the room; `name` says to the user what was dropped."""

    name: str
    field: str
    value: int | bool

    def shrink(self, room: Room) -> Room:
        """Return the room with this limit."""
        fields = {**asdict(room), self.field: self.value}
        return Room(**fields)


Write: TypeAlias = Callable[[Room], str]
Fits: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text, whether it fits, and what was dropped."""

    text: str
    fits: bool
    dropped: tuple[str, ...]


#: Sentences that readers need least, in the order in which they are dropped.
SENTENCES = (
    FitStep("pleasantry", "pleasantry", value=False),
    FitStep("second alternative", "second", value=False),
    FitStep("cause", "cause", value=False),
    FitStep("since", "since", value=False),
)


#: Facts that mail and page have as well; dropped last, before a text is refused.
WORKS = FitStep("what still works", "works", value=False)


def names(*limits: int) -> tuple[FitStep, ...]:
    """Return the steps that cut title and services to these lengths."""
    return tuple(FitStep(field, field, limit) for limit in limits for field in ("title", "services"))


def sender(*limits: int) -> tuple[FitStep, ...]:
    """Return the steps that cut the organisation's name to these lengths."""
    return tuple(FitStep("organisation", "organisation", limit) for limit in limits)


def message(*limits: int) -> tuple[FitStep, ...]:
    """Return the steps that cut the commander's message to these lengths, at the end of a sentence."""
    return tuple(FitStep("message", "message", limit) for limit in limits)


def fit(write: Write, fits: Fits, steps: Sequence[FitStep]) -> Fitted:
    """Write with all the room, then with less, until the text fits or nothing is left to drop."""
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
