"""Mistakes in a configuration: collected, then reported together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from broadcast.errors import ConfigError
from broadcast.model.text import printable

_LINE = re.compile(r":(\d+): ")


class Wrong(ValueError):
    """A value is not what its key takes; `fix` shows a valid one."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its place, what is wrong, and what to write instead."""

    where: str
    what: str
    fix: str


@dataclass(slots=True)
class Problems:
    """All mistakes in the file called `label`."""

    label: str
    found: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: str, fix: str) -> None:
        """Note one more mistake."""
        self.found.append(Problem(printable(where).replace("\n", " "), what, fix))

    def raise_any(self) -> None:
        """Raise one `ConfigError` for all mistakes, one line each; do nothing if there are none."""
        if not self.found:
            return
        if len(self.found) == 1:
            only = self.found[0]
            raise ConfigError(f"{only.where}: {only.what}", hint=only.fix)
        found = sorted(self.found, key=_line)
        lines = [f"{problem.where}: {problem.what} ({problem.fix})" for problem in found]
        raise ConfigError("\n".join(lines), hint=f"correct these {len(lines)} places in {self.label}")


def _line(problem: Problem) -> int:
    line = _LINE.search(problem.where)
    return int(line[1]) if line else 0
