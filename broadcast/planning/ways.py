"""The ways out that are open for a notice: lanes after filters, and what had to be left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from broadcast.model.channel import Capabilities


@dataclass(frozen=True, slots=True)
class Way:
    """A configured channel as the planner sees it; `fate` is what it depends on.

    `price` is what a message (for SMS: a part) costs in US dollars, 0 where it is free or not known.
    """

    name: str
    adapter: str
    capabilities: Capabilities
    fate: tuple[str, ...] = ()
    optional: bool = False
    price: float = 0.0

    def depends_on(self, system: str) -> bool:
        """Whether the failure of `system` takes this channel with it."""
        return system in {self.name, self.adapter, *self.fate}


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes that remain, and warnings about those that do not."""

    lanes: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...] = ()


def open_lanes(
    lanes: Sequence[Sequence[str]],
    ways: Mapping[str, Way],
    affects: Iterable[str],
) -> Lanes:
    """The lanes without channels that are missing from `ways` or that the outage takes with it.

    A channel that is down stays where a lane has nothing else: a doubtful way is better than none.
    """
    remaining, warnings = [], []
    for lane in lanes:
        usable = tuple(name for name in lane if name in ways)
        sound = tuple(name for name in usable if not any(ways[name].depends_on(system) for system in affects))
        if usable and not sound:
            warnings.append(f"the lane {' > '.join(usable)} has only channels that the outage affects")
        if sound or usable:
            remaining.append(sound or usable)
    return Lanes(tuple(remaining), tuple(warnings))
