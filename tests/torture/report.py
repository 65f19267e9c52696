"""What a suite counted, what it found broken, and how both are printed."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_SHOWN = 20  # violations; more say the same


@dataclass(frozen=True)
class Options:
    """How hard to try. Every random choice hangs on `seed`, so that a finding can be had again."""

    seed: int
    long: bool
    folder: Path

    def count(self, short: int, long: int) -> int:
        return long if self.long else short

    def chance(self, *what: object) -> random.Random:
        """A source of chance for one run of a suite, the same whatever ran before it."""
        return random.Random(f"{self.seed}/{'/'.join(map(str, what))}")


@dataclass(kw_only=True)
class Line:
    """One line of the table: figures in the order they were counted, and every broken promise."""

    name: str
    figures: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    skipped: str = ""
    begun: float = field(default_factory=time.monotonic)

    def add(self, **figures: int) -> None:
        for name, number in figures.items():
            self.figures[name.replace("_", " ")] += number

    def most(self, name: str, value: float) -> None:
        """Keep the largest of a figure that is not a sum."""
        self.figures[name] = max(self.figures[name], value)  # type: ignore[assignment]  # seconds are figures too

    def expect(self, fine: bool, said: str) -> None:
        """Write down a broken promise, unless it was kept."""
        if not fine:
            self.broken.append(said)

    def __str__(self) -> str:
        if self.skipped:
            return f"{self.name:<22} skipped: {self.skipped}"
        figures = " · ".join(f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
                             for name, value in self.figures.items())  # fmt: skip
        verdict = "ok" if not self.broken else f"BROKEN x{len(self.broken)}"
        shown = "".join(f"\n    {one}" for one in self.broken[:_SHOWN])
        return f"{self.name:<22} {verdict} · {figures} · {time.monotonic() - self.begun:.0f} s{shown}"
