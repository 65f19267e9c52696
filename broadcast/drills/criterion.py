"""One criterion of a grade."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: its name, the measured value, the required one, and whether it was met."""

    name: str
    measured: str
    asked: str
    met: bool


def all_of(name: str, done: int, wanted: int) -> Criterion:
    """Return the criterion that all of something were done."""
    return Criterion(name, f"{done:,} of {wanted:,}", "all", done == wanted)


def none(name: str, count: int) -> Criterion:
    """Return the criterion that something never happened."""
    return Criterion(name, f"{count:,}", "0", not count)
